import { auditRouter } from './audit/router';
import { authRouter } from './auth/router';
import { capturesRouter } from './captures/router';
import { deploymentsRouter } from './deployments/router';
import { draftsRouter } from './drafts/router';
import { flavoursRouter } from './flavours/router';
import { idleRouter } from './idle/router';
import { imageUploadsRouter } from './image-uploads/router';
import { imagesRouter } from './images/router';
import { notificationsRouter } from './notifications/router';
import { leasesRouter } from './leases/router';
import { lineRouter } from './line/router';
import { linksRouter } from './links/router';
import { networksRouter } from './networks/router';
import { presenceRouter } from './presence/router';
import { quotasRouter } from './quotas/router';
import { schedulesRouter } from './schedules/router';
import { slicesRouter } from './slices/router';
import { snapshotsRouter } from './snapshots/router';
import { sshKeysRouter } from './ssh-keys/router';
import { templatesRouter } from './templates/router';
import { tokensRouter } from './tokens/router';
import { router } from './trpc';
import { usersRouter } from './users/router';
import { webhooksRouter } from './webhooks/router';
import { zonesRouter } from './zones/router';

/** The only interface, for the browser, the SDK and the CLI alike. */
export const appRouter = router({
  auth: authRouter,
  tokens: tokensRouter,
  sshKeys: sshKeysRouter,
  users: usersRouter,
  quotas: quotasRouter,
  audit: auditRouter,
  notifications: notificationsRouter,
  webhooks: webhooksRouter,
  flavours: flavoursRouter,
  images: imagesRouter,
  imageUploads: imageUploadsRouter,
  zones: zonesRouter,
  templates: templatesRouter,
  drafts: draftsRouter,
  presence: presenceRouter,
  slices: slicesRouter,
  leases: leasesRouter,
  line: lineRouter,
  links: linksRouter,
  networks: networksRouter,
  idle: idleRouter,
  schedules: schedulesRouter,
  snapshots: snapshotsRouter,
  deployments: deploymentsRouter,
  captures: capturesRouter,
});
export type AppRouter = typeof appRouter;
