// Runs the lines of docs/migrating/README.md for the SDKs of Python, Go and Java: each triggers an event on a started
// server, and reads its channels. Packages come from PyPI, the Go proxy and Maven Central, into build/sdks.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { disconnectAll, rawConnect } from '../clients.mjs';
import { app as defaultApp, Server } from '../server.mjs';

// The SDK for Python takes only numbers for ids.
const app = { ...defaultApp, id: '4711' };
const root = fileURLToPath(new URL('../../../../', import.meta.url));
const guide = readFileSync(join(root, 'docs/migrating/README.md'), 'utf8');

/** The code of the row of the table, for a server on this machine without TLS. */
function line(sdk, server, credentials) {
    const [, code] = new RegExp(`^\\| ${sdk} \\([^|]*\\| \`(.*)\` \\|$`, 'm').exec(guide);
    return code
        .replaceAll('realtime.example.com', '127.0.0.1').replaceAll('443', server.port)
        .replace(/(Secure: |ssl=|setEncrypted\()(true|True)/, (_, name, value) => name + (value === 'True' ? 'False' : 'false'))
        .replaceAll('…', () => credentials.shift());
}

function run(folder, command, ...args) {
    execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000 });
}

const languages = {
    Python(folder, server) {
        const venv = join(folder, 'venv');
        if (!existsSync(join(venv, 'bin/pip'))) run(folder, 'python3', '-m', 'venv', venv);
        run(folder, join(venv, 'bin/pip'), 'install', '--quiet', 'pusher==3.3.3');
        const quoted = [app.id, app.key, app.secret].map((text) => `'${text}'`);
        writeFileSync(join(folder, 'main.py'), `import pusher
client = ${line('Python', server, quoted)}
client.trigger('sdk', 'Python', {'from': 'Python'})
assert 'sdk' in client.channels_info()['channels']
`);
        run(folder, join(venv, 'bin/python'), 'main.py');
    },
    Go(folder, server) {
        const fields = `AppID: "${app.id}", Key: "${app.key}", Secret: "${app.secret}"`;
        writeFileSync(join(folder, 'main.go'), `package main

import "github.com/pusher/pusher-http-go/v5"

func main() {
    client := ${line('Go', server, [fields])}
    if err := client.Trigger("sdk", "Go", map[string]string{"from": "Go"}); err != nil { panic(err) }
    channels, err := client.Channels(pusher.ChannelsParams{})
    if err != nil { panic(err) }
    if _, ok := channels.Channels["sdk"]; !ok { panic("no channel") }
}
`);
        if (!existsSync(join(folder, 'go.mod'))) run(folder, 'go', 'mod', 'init', 'example');
        run(folder, 'go', 'get', 'github.com/pusher/pusher-http-go/v5@v5.1.1');
        run(folder, 'go', 'run', '.');
    },
    Java(folder, server) {
        mkdirSync(join(folder, 'src/main/java'), { recursive: true });
        writeFileSync(join(folder, 'pom.xml'), `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>example</groupId><artifactId>example</artifactId><version>1</version>
<properties><maven.compiler.release>17</maven.compiler.release></properties>
<dependencies><dependency><groupId>com.pusher</groupId><artifactId>pusher-http-java</artifactId><version>1.3.4</version></dependency></dependencies>
<build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><version>3.11.0</version></plugin><plugin><groupId>org.codehaus.mojo</groupId><artifactId>exec-maven-plugin</artifactId><version>3.1.0</version></plugin></plugins></build>
</project>
`);
        writeFileSync(join(folder, 'src/main/java/Main.java'), `import com.pusher.rest.Pusher;
import java.util.Map;
public class Main {
    public static void main(String[] args) {
        Pusher pusher = new Pusher("${app.id}", "${app.key}", "${app.secret}");
        ${line('Java', server, [])}
        var result = pusher.trigger("sdk", "Java", Map.of("from", "Java"));
        if (result.getHttpStatus() != 200) throw new RuntimeException(result.getMessage());
        if (!pusher.get("/channels").getMessage().contains("\\"sdk\\"")) throw new RuntimeException("no channel");
    }
}
`);
        run(folder, 'mvn', '--quiet', '--batch-mode', 'compile', 'exec:java', '-Dexec.mainClass=Main');
    },
};

const server = await new Server(['--shards', '1', '--apps', JSON.stringify([app])]).start({ within: 900_000 });
let passed = 0;
try {
    const client = await rawConnect(server);
    await client.subscribe('sdk');
    for (const [name, triggerWith] of Object.entries(languages)) {
        const folder = join(root, 'build/sdks', name);
        mkdirSync(folder, { recursive: true });
        triggerWith(folder, server);
        const { data } = await client.inbox.next(name);
        assert.equal(JSON.parse(data).from, name);
        console.log(`ok: ${name}`);
        ++passed;
    }
} finally {
    disconnectAll();
    await server.kill();
    console.log(`${passed} passed, ${Object.keys(languages).length - passed} failed`);
}
