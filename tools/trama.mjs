#!/usr/bin/env node
// `npx trama` inside the clone. Plain JavaScript, since TypeScript has to be registered first.
import { register } from 'tsx/esm/api';

register();
await import('../client/cli/main.ts');
