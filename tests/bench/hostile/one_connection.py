#!/usr/bin/env python3
"""What one hostile connection costs: CPU, memory, and the delay of another client's pings.

    tests/bench/hostile/one_connection.py build/release/bin/carillon [--seconds 5] [WORD ...]

Starts a server of one shard for each kind of input whose name contains one of the words, sends it up to 1 MB/s of that
input on one connection (which is opened again when it is closed), and prints a row of a Markdown table.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib

KEY, SECRET = 'app-key', b'app-secret'
RATE = 1_000_000  # bytes per second


def frame(payload, head=0x81):
    """A masked frame; the mask is zero, so that it costs the sender nothing."""
    payload = payload.encode() if isinstance(payload, str) else payload
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65536:
        length = b'\xfe' + struct.pack('>H', size)
    else:
        length = b'\xff' + struct.pack('>Q', size)
    return bytes([head]) + length + bytes(4) + payload


def deflated(text):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    payload = deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return frame(payload[:-4], 0xc1)


def sign(text):
    return f'{KEY}:{hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()}'


def message(event, **members):
    return json.dumps({'event': event, **members}, separators=(',', ':'))


def subscribe(channel, **members):
    return frame(message('pusher:subscribe', data={'channel': channel, **members}))


def unsubscribe(channel):
    return frame(message('pusher:unsubscribe', data={'channel': channel}))


def member(client, channel, user):
    data = json.dumps({'user_id': user})
    return subscribe(channel, auth=sign(f'{client.socket_id}:{channel}:{data}'), channel_data=data)


def trigger(channel, data):
    body = json.dumps({'name': 'e', 'channel': channel, 'data': data}).encode()
    path = '/apps/app-id/events'
    query = (f'auth_key={KEY}&auth_timestamp={int(time.time())}&auth_version=1.0'
             f'&body_md5={hashlib.md5(body).hexdigest()}')
    signature = sign(f'POST\n{path}\n{query}').split(':')[1]
    return (f'POST {path}?{query}&auth_signature={signature} HTTP/1.1\r\nHost: x\r\n'
            f'Content-Length: {len(body)}\r\n\r\n').encode() + body


class Client:
    """A WebSocket without a library: what it sends has to be malformed at times."""

    def __init__(self, port, compresses=False):
        self.socket = socket.create_connection(('127.0.0.1', port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        extensions = 'Sec-WebSocket-Extensions: permessage-deflate\r\n' if compresses else ''
        self.socket.sendall((f'GET /app/{KEY}?protocol=7 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'
                             f'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n{extensions}Sec-WebSocket-Key: '
                             f'{base64.b64encode(os.urandom(16)).decode()}\r\n\r\n').encode())
        received = b''
        while b'connection_established' not in received:
            received += self.socket.recv(65536)
        self.socket_id = received.split(b'socket_id\\":\\"')[1].split(b'\\"')[0].decode()


class Raw:
    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port))


def private(client):
    client.socket.sendall(subscribe('private-x', auth=sign(f'{client.socket_id}:private-x')))
    time.sleep(0.2)


def signin(client):
    data = json.dumps({'id': 'u', 'watchlist': [str(n) for n in range(100)]})
    auth = sign(f'{client.socket_id}::user::{data}')
    return frame(message('pusher:signin', data={'auth': auth, 'user_data': data}))


def client_event(client, size):
    private(client)
    return frame(message('client-e', channel='private-x', data='x' * size)) * (100_000 // (size + 100))


# By who can send it: how to connect, and what is sent again and again.
KINDS = {
    'anyone: requests for a path that does not exist': (Raw, lambda _: b'GET /no HTTP/1.1\r\nHost: x\r\n\r\n' * 50),
    'anyone: POST without a signature':
        (Raw, lambda _: b'POST /apps/app-id/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n' * 50),
    'anyone: a request head without an end': (Raw, lambda _: b'GET / HTTP/1.1\r\n' + b'X-A: b\r\n' * 100_000),
    'key: `pusher:ping`': (Client, lambda _: frame(message('pusher:ping', data={})) * 200),
    'key: empty WebSocket Pings': (Client, lambda _: frame(b'', 0x89) * 500),
    'key: a message in fragments of one byte':
        (Client, lambda _: frame('{', 0x01) + frame(' ', 0x00) * 800 + frame('}', 0x80)),
    'key: malformed JSON': (Client, lambda _: frame('{"event":') * 500),
    'key: JSON nested 500 deep':
        (Client, lambda _: frame('{"event":"pusher:ping","data":' + '[' * 500 + ']' * 500 + '}') * 20),
    'key: channel names of 100 KB': (Client, lambda _: subscribe('x' * 100_000)),
    'key: tokens that are wrong': (Client, lambda _: subscribe('private-x', auth=f'{KEY}:{"0" * 64}') * 100),
    'key: subscribes and unsubscribes':
        (Client, lambda _: b''.join(subscribe(f'c{n}') + unsubscribe(f'c{n}') for n in range(200))),
    'key: a ping that inflates 1,000 times':
        (lambda port: Client(port, True), lambda _: deflated('{"event":"pusher:ping","data":"' + 'a' * 130_000 + '"}')),
    'key: a channel name that inflates 1,000 times':
        (lambda port: Client(port, True), lambda _: deflated(message('pusher:subscribe', data={'channel': 'y' * 130_000}))),
    'key: reads nothing of a channel with 900 KB/s': (Client, None),
    'token: client events beyond their rate': (Client, lambda client: client_event(client, 50)),
    'token: client events of 10 KB beyond their rate': (Client, lambda client: client_event(client, 10_000)),
    'token: joins and leaves a presence channel of 100':
        (Client, lambda client: (member(client, 'presence-r', 'flapping') + unsubscribe('presence-r')) * 100),
    'token: signs in with a watchlist of 100': (Client, lambda client: signin(client) * 20),
}


class Server:
    def __init__(self, binary, port):
        self.process = subprocess.Popen(
            [binary, 'serve', '--port', str(port), '--shards', '1', '--admin.port', '0', '--limits.max-presence-members', '0'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                return Raw(port).socket.close()
            except OSError:
                time.sleep(0.1)
        sys.exit('the server does not start')

    def cpu_seconds(self):
        with open(f'/proc/{self.process.pid}/stat', encoding='ascii') as stat:
            fields = stat.read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def resident_mib(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmRSS')) / 1024


class Hostile:
    """Sends as fast as the rate and the server allow, and throws away what comes."""

    def __init__(self, port, connect, make_input):
        self.port, self.connect, self.make_input = port, connect, make_input
        self.sent = self.reopened = 0
        self.open()

    def open(self):
        client = self.connect(self.port)
        self.input = self.make_input(client) if self.make_input else subscribe('busy')
        self.socket, self.pending = client.socket, b''
        if not self.make_input:
            self.socket.sendall(self.input)
        self.socket.setblocking(False)

    def step(self, allowed):
        if not self.make_input:
            return
        try:
            self.pending = self.pending or self.input
            if allowed > 0:
                sent = self.socket.send(self.pending[:min(allowed, 65536)])
                self.sent += sent
                self.pending = self.pending[sent:]
        except BlockingIOError:
            pass
        except OSError:
            return self.open_again()
        try:
            while self.socket.recv(262144):
                pass
            self.open_again()
        except BlockingIOError:
            pass
        except OSError:
            self.open_again()

    def open_again(self):
        self.socket.close()
        self.reopened += 1
        self.open()


def ping(port, seconds, delays):
    """Another client's pings, every 20 ms: their delays in milliseconds."""
    client = Client(port)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.perf_counter()
        client.socket.sendall(frame(message('pusher:ping', data={})))
        received = b''
        while b'pusher:pong' not in received:
            received += client.socket.recv(65536)
        delays.append((time.perf_counter() - begin) * 1000)
        time.sleep(0.02)


def drain(clients):
    for client in clients:
        try:
            while client.socket.recv(65536):
                pass
        except BlockingIOError:
            pass


def measure(binary, port, name, seconds):
    server = Server(binary, port)
    try:
        crowd = [Client(port) for _ in range(100 if 'presence' in name else 0)]
        for number, client in enumerate(crowd):
            client.socket.sendall(member(client, 'presence-r', f'm{number}'))
            client.socket.setblocking(False)
        backend = Raw(port).socket
        delays = []
        pings = threading.Thread(target=ping, args=(port, seconds, delays))
        pings.start()
        cpu, memory, begin = server.cpu_seconds(), server.resident_mib(), time.monotonic()
        most_memory, published = memory, 0
        hostile = Hostile(port, *KINDS[name])
        while (elapsed := time.monotonic() - begin) < seconds:
            hostile.step(int(elapsed * RATE) - hostile.sent)
            if KINDS[name][1] is None and published < elapsed * 100:
                published += 1
                backend.sendall(trigger('busy', 'x' * 9000))
                backend.recv(4096)
                hostile.sent += 9000
            drain(crowd)
            most_memory = max(most_memory, server.resident_mib())
            time.sleep(0.002)
        used = server.cpu_seconds() - cpu
        pings.join()
        delays.sort()
        print(f'| {name} | {hostile.sent / seconds / 1000:.0f} KB/s | {used / seconds * 100:.1f} % '
              f'| {used / max(hostile.sent, 1) * 1e9:.0f} ns | {most_memory - memory:.1f} MiB '
              f'| {delays[len(delays) // 2]:.1f} and {delays[len(delays) * 99 // 100]:.1f} ms |', flush=True)
    finally:
        server.process.terminate()
        server.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('binary')
    parser.add_argument('words', nargs='*')
    parser.add_argument('--seconds', type=float, default=5)
    parser.add_argument('--port', type=int, default=7990)
    options = parser.parse_intermixed_args()
    print('| who, and what it sends | sent | CPU of a core | per byte | memory | others\' pings: median, p99 |')
    print('| --- | --- | --- | --- | --- | --- |')
    for name in KINDS:
        if not options.words or any(word in name for word in options.words):
            measure(options.binary, options.port, name, options.seconds)


if __name__ == '__main__':
    main()
