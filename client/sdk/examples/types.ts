// What must not compile. Each line below the comment is an error, or the comment itself is one.
import { createTramaClient, type Deployment, type RouterInputs, type Slice, type TramaErrorCode } from 'trama/client';

export const client = createTramaClient({ url: 'http://localhost:8000', token: 'trama_pat_…' });

export async function mistakes(slice: Slice): Promise<void> {
  // @ts-expect-error: there is no such field
  await client.api.slices.create.mutate({ name: 'a', templateId: 1, zoneId: 1, zone: 1 });
  // @ts-expect-error: a field is missing
  await client.api.slices.create.mutate({ name: 'a', templateId: 1 });
  // @ts-expect-error: an id is a number
  await client.api.slices.get.query({ id: '1' });
  // @ts-expect-error: there is no such kind
  await client.api.deployments.start.mutate({ sliceId: 1, kind: 'explode' });
  // @ts-expect-error: there is no such procedure
  await client.api.slices.explode.mutate({ id: 1 });
  // @ts-expect-error: a query is not a mutation
  await client.api.slices.get.mutate({ id: 1 });
  // @ts-expect-error: what is answered has no such field
  console.log(slice.password);
  // @ts-expect-error: what is answered may be null
  console.log(slice.deployment.id);
  // @ts-expect-error: a slice is named by its number
  for await (const event of client.watch({ sliceId: 'lab' })) console.log(event);
  // @ts-expect-error: there is no such sort of list
  client.all(client.api.templates.list, { of: 'nobody' });
  // @ts-expect-error: the server knows no such code
  const code: TramaErrorCode = 'TEAPOT';
  console.log(code);
}

// and what must
export const input: RouterInputs['slices']['create'] = { name: 'a', templateId: 1, zoneId: 1 };
export async function right(): Promise<Deployment> {
  const { items, nextCursor } = await client.api.slices.list.query({ status: 'active', limit: 10, cursor: null });
  const names: string[] = items.map(({ name }) => name);
  const next: string | null = nextCursor;
  console.log(names, next);
  const stop = client.api.slices.changes.subscribe({}, { onData: ({ id, data }) => console.log(id, data.sliceId) });
  stop.unsubscribe();
  const deployment = await client.api.deployments.start.mutate({ sliceId: 1, kind: 'stop', vmId: 3 });
  return client.waitFor(deployment, { signal: AbortSignal.timeout(60_000) });
}
