import { defineConfig } from 'vitest/config';

/**
 * `*.test.ts(x)`: pure logic, no I/O. `*.db.test.ts`: on a real database. `*.vm.test.ts`: on real QEMU.
 * `e2e/*.e2e.ts`: Chromium against the real server, database and VMs.
 */
const db = '**/*.db.test.ts';
const vm = '**/*.vm.test.ts';
const seed = './tools/test/fixed-seed.ts';
/** Of these the database's brand decides nothing: they count statements, cells and guesses, or bring a server of their own. */
const sameOnEach = [
  'server/rpc/{access,fuzz}.db.test.ts',
  'server/http/fuzz-raw.db.test.ts',
  'server/domain/auth/timing.db.test.ts',
  'db/embedded*.db.test.ts',
];
const onMysql = process.env['TRAMA_TEST_DATABASE'] === 'mysql';
const never = ['node_modules/**', '.trama/**', 'dist/**'];

/**
 * Limits are there to name a hang, not to measure: what takes a tenth of a second on an idle machine has taken ten on one
 * whose two cores are busy. `expect.poll` gives up before its test does, so that the failure says what was waited for.
 */
const patience = { expect: { poll: { timeout: 20_000 } }, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    // a database server has to end, too
    teardownTimeout: 60_000,
    // a test waits for its database as long as it computes: vitest would leave a processor of two idle
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...patience,
          name: 'unit',
          include: ['{shared,server,db,tools,drizzle}/**/*.test.ts'],
          exclude: [...never, db, vm],
          environment: 'node',
          setupFiles: [seed],
        },
      },
      {
        test: {
          ...patience,
          name: 'client',
          include: ['client/**/*.test.{ts,tsx}'],
          exclude: never,
          environment: 'jsdom',
          setupFiles: ['./client/testing/patience.ts', seed],
        },
      },
      {
        test: {
          ...patience,
          name: 'db',
          include: ['{server,db}/' + db],
          exclude: onMysql ? [...never, ...sameOnEach] : never,
          // the server's modules are read once for each worker, and not for each of a hundred files
          isolate: false,
          globalSetup: ['./db/testing/global-setup.ts'],
          setupFiles: [seed],
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...patience,
          name: 'vm',
          include: ['server/' + vm],
          exclude: never,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...patience,
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          exclude: never,
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
