// Run as a process of its own, since Node reads NODE_EXTRA_CA_CERTS once: a page and a backend that talk
// TLS to the server and check its certificate. Arguments: host, port, transport. Prints what the page received.
import PusherClient from 'pusher-js';
import PusherServer from 'pusher';

const [host, port, transport] = process.argv.slice(2);
const payload = 'ü'.repeat(4500);

const backend = new PusherServer({
    appId: 'app-id', key: 'app-key', secret: 'app-secret', host, port, useTLS: true,
});
const page = new PusherClient('app-key', {
    wsHost: host, wssPort: Number(port), httpHost: host, httpsPort: Number(port),
    forceTLS: true, enabledTransports: [transport], cluster: '',
    channelAuthorization: {
        customHandler: ({ channelName, socketId }, answer) => {
            answer(null, backend.authorizeChannel(socketId, channelName));
        },
    },
});
page.connection.bind('error', (error) => {
    console.error(error);
    process.exit(1);
});
const channel = page.subscribe('private-room');
const received = [];
channel.bind('e', ({ number, text }) => {
    received.push(number);
    if (text !== payload) process.exit(1);
    if (received.length < 50) return;
    console.log(JSON.stringify(received));
    page.disconnect();
});
channel.bind('pusher:subscription_succeeded', async () => {
    for (let number = 0; number < 50; ++number) {
        await backend.trigger('private-room', 'e', { number, text: payload });
    }
});
