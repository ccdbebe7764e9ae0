import { defineConfig } from 'drizzle-kit';

const url = process.env['DATABASE_URL'];

export default defineConfig({
  dialect: 'mysql',
  schema: './drizzle/schema/*.ts',
  out: './drizzle/migrations',
  ...(url === undefined ? {} : { dbCredentials: { url } }),
});
