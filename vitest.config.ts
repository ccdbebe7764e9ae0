import { defineConfig } from 'vitest/config';

/**
 * `*.test.ts(x)`: pure logic, no I/O. `*.db.test.ts`: on a real database. `*.vm.test.ts`: on real QEMU.
 * `e2e/*.e2e.ts`: Chromium against the real server, database and VMs.
 */
const db = '**/*.db.test.ts';
const vm = '**/*.vm.test.ts';
const never = ['node_modules/**', '.trama/**', 'dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,server,db,tools,drizzle}/**/*.test.ts'],
          exclude: [...never, db, vm],
          environment: 'node',
        },
      },
      {
        test: {
          name: 'client',
          include: ['client/**/*.test.{ts,tsx}'],
          exclude: never,
          environment: 'jsdom',
        },
      },
      {
        test: {
          name: 'db',
          include: ['{server,db}/' + db],
          exclude: never,
          globalSetup: ['./db/testing/global-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'vm',
          include: ['server/' + vm],
          exclude: never,
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          exclude: never,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
