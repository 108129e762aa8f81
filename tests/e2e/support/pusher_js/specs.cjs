// All integration specs of pusher-js. Their modules refer to each other in circles: the library comes first.
const Pusher = require('pusher_integration');
const Integration = require('integration');

globalThis.Pusher = Pusher;
[Integration.API_URL, Integration.API_EU_URL] = globalThis.backends;

const transports = ['ws', 'xhr_streaming', 'xhr_polling'];
const configurations = [false, true].flatMap(
    (forceTLS) => transports.map((transport) => ({ transport, forceTLS })));
require('specs/core/cluster_config_spec')(configurations);
require('specs/core/falling_back_spec')(configurations);
require('specs/core/pusher_spec/index')(configurations);
require('specs/core/timeout_configuration_spec')(configurations);
require('specs/core/transport_lists_spec')(configurations);
if (IS_WEB) {
    require('specs/web/dom/jsonp_spec');
    require('specs/web/dom/script_request_spec');
}
