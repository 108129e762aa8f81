import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const library = here('../../node_modules/pusher-js');
const helpers = `${library}/spec/javascripts/helpers`;

/**
 * The text of one script with pusher-js and its integration specs, for `environment` 'node' or 'web': what
 * the library's own webpack configuration makes, without its twenty packages.
 */
export async function bundle(environment) {
    const isWeb = environment === 'web';
    const withoutDom = {
        'dom/dependencies': `${helpers}/node/mock-dom-dependencies.ts`,
        'dom/dependency_loader': `${helpers}/node/mock-dom-dependencies.ts`,
    };
    const { outputFiles } = await build({
        entryPoints: [here('specs.cjs')],
        bundle: true,
        write: false,
        format: isWeb ? 'iife' : 'cjs',
        platform: isWeb ? 'browser' : 'node',
        external: isWeb ? [] : ['faye-websocket', 'xmlhttprequest'],
        logLevel: 'error',
        resolveExtensions: ['.ts', '.js'],
        nodePaths: [
            `${library}/src/runtimes/${environment}`, `${library}/src`, `${library}/src/runtimes`, helpers,
        ],
        alias: {
            pusher_integration: here('client.cjs'),
            integration: `${helpers}/${environment}/integration.js`,
            specs: `${library}/spec/javascripts/integration`,
            ...(isWeb ? {} : withoutDom),
        },
        plugins: [{
            name: 'written',
            setup({ onLoad, onResolve }) {
                // After most steps they wait 5 s for a server that may be far away.
                onLoad({ filter: /test_builder\.js$/ }, async ({ path }) => {
                    const text = await readFile(path, 'utf8');
                    return { contents: text.replaceAll('delay(5000)', 'delay(300)') };
                });
                // Beside it is a pusher.js, which is for webpack.
                onResolve({ filter: /(^|\/)pusher$/ }, () => ({ path: `${library}/src/core/pusher.ts` }));
                onResolve({ filter: /^(testenv|@stablelib\/\w+)$/ }, ({ path }) => ({ path, namespace: 'written' }));
                onLoad({ filter: /./, namespace: 'written' }, ({ path }) => {
                    // No spec decrypts anything.
                    return { contents: path === 'testenv' ? `module.exports = '${environment}'` : '' };
                });
            },
        }],
        define: {
            IS_WEB: String(isWeb), RUNTIME: JSON.stringify(environment), VERSION: '"8.8.8"', DEPENDENCY_SUFFIX: '""',
            CDN_HTTP: '""', CDN_HTTPS: '""', ...(isWeb && { global: 'window' }),
        },
        tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    });
    return outputFiles[0].text;
}
