"""Checks what the schemas of Kubernetes do not know. Usage: check.py RENDERED.yaml CARILLON"""

import json
import os
import subprocess
import sys
import tempfile

import yaml

rendered, binary = sys.argv[1:]
with open(rendered, encoding='utf-8') as file:
    objects = [one for one in yaml.safe_load_all(file) if one]


def find(kind, suffix=''):
    return [one for one in objects if one['kind'] == kind and one['metadata']['name'].endswith(suffix)]


def includes(labels, selector):
    return selector.items() <= labels.items()


[deployment] = find('Deployment', 'demo-carillon')
pod = deployment['spec']['template']
[container] = pod['spec']['containers']

# Whoever selects pods selects those of the deployment.
[service] = find('Service', 'demo-carillon')
assert includes(pod['metadata']['labels'], service['spec']['selector'])
assert includes(pod['metadata']['labels'], deployment['spec']['selector']['matchLabels'])
for budget in find('PodDisruptionBudget'):
    assert includes(pod['metadata']['labels'], budget['spec']['selector']['matchLabels'])

# A drain ends before the pod is killed.
[settings] = [json.loads(one['data']['carillon.json']) for one in find('ConfigMap')]
assert pod['spec']['terminationGracePeriodSeconds'] > settings['shutdown']['grace_seconds']

# Hardened as the image allows.
context = container['securityContext']
assert context['readOnlyRootFilesystem'] and not context['allowPrivilegeEscalation']
assert pod['spec']['securityContext']['runAsNonRoot'] and pod['spec']['securityContext']['runAsUser'] != 0

# An ingress waits longer than the activity timeout.
for ingress in find('Ingress'):
    for side in ('read', 'send'):
        seconds = ingress['metadata']['annotations'][f'nginx.ingress.kubernetes.io/proxy-{side}-timeout']
        assert int(seconds) > settings.get('connection', {}).get('activity_timeout_seconds', 120)

# ServiceMonitor, of Prometheus' operator: fields and what they refer to.
for monitor in find('ServiceMonitor'):
    assert monitor['apiVersion'] == 'monitoring.coreos.com/v1'
    assert set(monitor['spec']) <= {'selector', 'endpoints', 'namespaceSelector', 'jobLabel'}
    [endpoint] = monitor['spec']['endpoints']
    assert set(endpoint) <= {'port', 'path', 'interval', 'authorization', 'scheme'}
    matching = [one for one in find('Service') if includes(one['metadata']['labels'], monitor['spec']['selector']['matchLabels'])]
    [target] = matching
    assert endpoint['port'] in [port['name'] for port in target['spec']['ports']]
    credentials = endpoint['authorization']['credentials']
    [secret] = find('Secret', credentials['name'])
    assert credentials['key'] in secret['stringData']

# The program accepts what the pod would be given.
with tempfile.TemporaryDirectory() as folder:
    [secret] = find('Secret', 'demo-carillon')
    files = {'carillon.json': json.dumps(settings), 'token': secret['stringData']['admin-token'],
             'apps.json': secret['stringData'].get(
                 'apps.json', '[{"id": "a", "key": "k", "secret": "0123456789abcdef"}]')}
    for name, text in files.items():
        with open(os.path.join(folder, name), 'w', encoding='utf-8', opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)
    variables = {'CARILLON_APPS_FILE': f'{folder}/apps.json', 'CARILLON_ADMIN_TOKEN_FILE': f'{folder}/token'}
    names = [variable['name'] for variable in container['env']]
    assert set(variables) <= set(names), names
    if 'CARILLON_REDIS_URL' in names:
        variables['CARILLON_REDIS_URL'] = secret['stringData'].get('url', 'redis://redis:6379')
    for variable in container['env']:
        if 'value' in variable and not variable['name'].endswith('_FILE'):
            variables[variable['name']] = variable['value']
    result = subprocess.run([binary, 'check', '--config', f'{folder}/carillon.json'], env=variables,
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0 and 'warning' not in result.stderr, result.stdout + result.stderr
