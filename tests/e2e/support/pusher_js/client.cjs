// What the specs of pusher-js take for the library: the library, but of the server under test.
const Library = require('core/pusher').default;

class Pusher extends Library {
    constructor(key, options) {
        super(key, { ...options, ...globalThis.serverUnderTest });
    }
}
if (IS_WEB) {
    const { ScriptReceiverFactory } = require('dom/script_receiver_factory');
    Pusher.Integration = {
        ScriptReceivers: new ScriptReceiverFactory('_spec', 'Pusher.Integration.ScriptReceivers'),
    };
}
module.exports = Pusher;
