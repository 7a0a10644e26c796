// Every page of the console, as the sweeps and the pictures visit it; `PUMP` has lived, `VALVE` was
// refused.
'use strict';

const TABS = ['connect', 'twin', 'telemetry', 'methods', 'trail'];

// {name, where}: the address below /console.
function places(scope, pump = 'pump-1', refused = 'valve-1') {
  const device = `/devices/${scope}/${encodeURIComponent(pump)}`;
  return [
    { name: 'overview', where: '/' },
    { name: 'devices', where: '/devices' },
    { name: 'device', where: device },
    ...TABS.map((tab) => ({ name: `device-${tab}`, where: `${device}/${tab}` })),
    { name: 'device-refused', where: `/devices/${scope}/${refused}/trail` },
    { name: 'credentials', where: '/credentials' },
    { name: 'credentials-connection', where: '/credentials/connection' },
    { name: 'templates', where: '/templates' },
    { name: 'products', where: '/products' },
    { name: 'production', where: '/production' },
    { name: 'operators', where: '/operators' },
    { name: 'not-found', where: '/nowhere' },
  ];
}

module.exports = { places };
