/** `promise`, or a rejection with what `error` makes when it takes longer than `ms`. What it does goes on. */
export async function withTimeout<Result>(promise: Promise<Result>, ms: number, error: () => Error): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(error()), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
