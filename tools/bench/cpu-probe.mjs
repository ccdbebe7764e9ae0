// Loaded into a server that a bench measures (`node --import`): answers `cpu` with the CPU time used so far; `profile` begins
// a CPU profile, and a file's name ends it and writes it there.
import { writeFileSync } from 'node:fs';
import inspector from 'node:inspector';

const session = new inspector.Session();
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
  else if (message === 'profile') {
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.start', () => process.send?.('started'));
  } else if (typeof message === 'string')
    session.post('Profiler.stop', (_error, { profile }) => {
      writeFileSync(message, JSON.stringify(profile));
      session.disconnect();
      process.send?.('written');
    });
});
process.channel?.unref();
