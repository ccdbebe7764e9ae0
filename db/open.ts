import path from 'node:path';
import { startEmbedded } from './embedded';
import { migrate } from './migrate';
import { checkedUrl } from './url';

/** The configured database, else the embedded one in the data folder; brought to this version's schema either way. */
export async function openDatabaseServer(
  config: { databaseUrl: string | null; dataDir: string },
  say: (line: string) => void,
): Promise<{ url: string; lacksRoom?: () => boolean; stop(): Promise<void> }> {
  if (config.databaseUrl !== null) {
    const url = checkedUrl(config.databaseUrl);
    await migrate(url);
    return { url, stop: async () => {} };
  }
  const embedded = await startEmbedded(path.join(config.dataDir, 'db'), { log: say });
  try {
    await migrate(embedded.url);
  } catch (error) {
    await embedded.stop();
    throw error;
  }
  return embedded;
}
