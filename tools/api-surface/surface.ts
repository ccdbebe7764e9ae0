import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { appRouter } from '#server/rpc/app-router';
import { captureBatchSchema } from '#shared/capture/schema';
import { trafficSchema } from '#shared/capture/traffic';
import { presenceSchema } from '#shared/presence';
import { sliceEventSchema } from '#shared/deployment/events';
import { notificationNewsSchema } from '#shared/notification';
import { sliceNoticeSchema } from '#shared/slice';
import { jsonSchemaOf, keyOf, typeText, type JsonSchema, type NameOf } from './type-text';

const introduction = `# The API

Generated from the router by \`npm run api:generate\`; \`npm run api:check\` fails when it is stale. Each procedure with its kind, who
may call it (\`public\`: everyone; \`user\`: whoever is signed in; else who holds the permission), the scope that a token needs
(\`session\`: no token will do), what it takes and what it answers. Types are TypeScript's, with limits behind them: \`string(1…63)\`
has 1 to 63 characters, \`int(≥1)\` is a whole number from 1, \`= 50\` is the default, \`timestamp\` is ISO 8601 in UTC. What a type does
not name is refused. Named types are at the end.
`;

/** What subscriptions give, which have no output's schema of their own. */
const streamed: Record<string, z.ZodType | undefined> = {
  'presence.watch': presenceSchema,
  'captures.follow': captureBatchSchema,
  'captures.traffic': trafficSchema,
  'deployments.watch': sliceEventSchema,
  'notifications.watch': notificationNewsSchema,
  'slices.changes': sliceNoticeSchema,
};

interface Named {
  name: string;
  schema: JsonSchema;
}

/** The \`somethingSchema\` of shared/ that are objects: what appears in several places has its name there. */
async function namedSchemas(root: string): Promise<Map<string, Named>> {
  const shared = path.join(root, 'shared');
  const files = (await readdir(shared, { recursive: true }))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .toSorted();
  const found = new Map<string, Named>();
  for (const file of files) {
    const module = (await import(pathToFileURL(path.join(shared, file)).href)) as Record<string, unknown>;
    for (const [key, value] of Object.entries(module).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (!key.endsWith('Schema') || !(value instanceof z.ZodType)) continue;
      const base = `${key.charAt(0).toUpperCase()}${key.slice(1, -'Schema'.length)}`;
      for (const [io, name] of [
        ['output', base],
        ['input', `${base}Input`],
      ] as const) {
        const schema = jsonSchemaOf(value, io);
        const compound = schema.type === 'object' || schema.oneOf !== undefined;
        if (compound && !found.has(keyOf(schema))) found.set(keyOf(schema), { name, schema });
      }
    }
  }
  return found;
}

/** The whole surface as text: the same for the same router, wherever it is made. */
export async function describeSurface(root: string): Promise<string> {
  const named = await namedSchemas(root);
  const used = new Map<string, JsonSchema>();
  const nameOf: NameOf = (schema) => {
    const one = named.get(keyOf(schema));
    if (one === undefined) return null;
    used.set(one.name, one.schema);
    return one.name;
  };
  const procedures = Object.entries(appRouter._def.procedures).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const sections = procedures.map(([name, procedure]) => {
    const definition = definitionSchema.parse(Reflect.get(procedure, '_def'));
    const { access, scope } = definition.meta;
    const who = [definition.type, access, scope].filter((part) => part !== null).join(' · ');
    const takes = definition.inputs.map((input) => typeText(jsonSchemaOf(input, 'input'), nameOf)).join(' & ');
    const output = definition.output ?? streamed[name];
    if (output === undefined) throw new Error(`What does ${name} answer? It needs an output's schema.`);
    const answer = typeText(jsonSchemaOf(output, 'output'), nameOf);
    const answers = definition.type === 'subscription' ? `stream of ${answer}` : answer;
    return `### ${name}\n\n${who}\n\n\`\`\`ts\n(${takes})\n→ ${answers}\n\`\`\`\n`;
  });
  // a named type may use others: those come up while it is written
  const types: [string, string][] = [];
  const written = new Set<string>();
  for (let todo = unwritten(used, written); todo.length > 0; todo = unwritten(used, written))
    for (const [name, schema] of todo) {
      written.add(name);
      const self = keyOf(schema);
      types.push([name, typeText(schema, (part) => (keyOf(part) === self ? null : nameOf(part)))]);
    }
  const typeLines = types
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `type ${name} = ${text};\n`)
    .join('');
  return `${introduction}\n${procedures.length} procedures.\n\n## Procedures\n\n${sections.join('\n')}\n## Types\n\n\`\`\`ts\n${typeLines}\`\`\`\n`;
}

const unwritten = (used: ReadonlyMap<string, JsonSchema>, written: ReadonlySet<string>) =>
  [...used].filter(([name]) => !written.has(name));

/** What tRPC keeps of a procedure. */
const definitionSchema = z.object({
  type: z.enum(['query', 'mutation', 'subscription']),
  inputs: z.array(z.instanceof(z.ZodType)),
  output: z.instanceof(z.ZodType).optional(),
  meta: z.object({ access: z.string(), scope: z.string().nullable() }),
});
