import { z } from 'zod';
import { listOwnAuditInput } from '#shared/audit';
import { followCaptureInput } from '#shared/capture/schema';
import { listAllDeploymentsInput, planInput, startDeploymentInput } from '#shared/deployment/schema';
import { listFlavoursInput } from '#shared/flavour';
import { galleryInput } from '#shared/gallery/labs';
import { execInput } from '#shared/guest';
import { listImagesInput } from '#shared/image';
import { listNotificationsInput } from '#shared/notification';
import { shareSliceInput, shareTemplateInput } from '#shared/sharing';
import { listSnapshotsInput, renameSnapshotInput } from '#shared/snapshot';
import { cloneSliceInput, createSliceInput, listSlicesInput, saveAsTemplateInput } from '#shared/slice';
import { createSshKeysInput } from '#shared/ssh-key';
import { createTemplateInput, exportTemplateInput, importTemplateInput, listTemplatesInput } from '#shared/template';
import { listRevisionsInput, restoreRevisionInput } from '#shared/template-history';
import { createTokenInput } from '#shared/token';
import { createWebhookInput, listDeliveriesInput } from '#shared/webhook';

/** One field of an input, as far as a command line can say it. */
export interface Field {
  type: 'string' | 'integer' | 'boolean' | 'list';
  choices: string[] | null;
  /** Of a number; of a text its length. */
  min: number | null;
  max: number | null;
  default: string | number | boolean | null;
  required: boolean;
  help: string;
}
export type Fields<Name extends string = string> = Record<Name, Field>;

const jsonField = z.object({
  type: z.enum(['string', 'integer', 'boolean', 'array']),
  description: z.string().default(''),
  enum: z.array(z.string()).nullish(),
  items: z.object({ enum: z.array(z.string()).optional() }).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
});

/** The named fields of an input's schema. Throws for one that the schema lacks, or that no option can say. */
function fieldsOf<const Name extends string>(schema: z.ZodType, names: readonly Name[]): Fields<Name> {
  const whole = z
    .object({ properties: z.record(z.string(), z.unknown()), required: z.array(z.string()).default([]) })
    .parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const entries = names.map((name): [Name, Field] => {
    const json = jsonField.parse(whole.properties[name]);
    const type = json.type === 'array' ? 'list' : json.type;
    // the bounds that JSON Schema adds to every integer say nothing
    const bound = (value: number | undefined) => (value === undefined || Math.abs(value) >= 2 ** 53 - 1 ? null : value);
    return [
      name,
      {
        type,
        choices: json.enum ?? json.items?.enum ?? null,
        min: bound(type === 'string' ? json.minLength : json.minimum),
        max: bound(type === 'string' ? json.maxLength : json.maximum),
        default: json.default ?? null,
        required: whole.required.includes(name),
        help: json.description,
      },
    ];
  });
  return Object.fromEntries(entries) as Fields<Name>;
}

/**
 * What the commands take from the procedures' schemas, as plain data: the package holds what this computes in place of
 * the schemas.
 */
export const inputs = {
  listGallery: fieldsOf(galleryInput, ['language']),
  listTemplates: fieldsOf(listTemplatesInput, ['limit', 'search', 'sort', 'of', 'tag', 'ownerId', 'visibility']),
  createTemplate: fieldsOf(createTemplateInput, ['name', 'description']),
  importTemplate: fieldsOf(importTemplateInput, ['name', 'message']),
  listRevisions: fieldsOf(listRevisionsInput, ['limit']),
  restoreRevision: fieldsOf(restoreRevisionInput, ['message']),
  exportTemplate: fieldsOf(exportTemplateInput, ['format']),
  listSlices: fieldsOf(listSlicesInput, ['limit', 'search', 'status', 'of', 'includeDestroyed', 'mark']),
  createSlice: fieldsOf(createSliceInput, ['name', 'restartAfterReboot', 'idempotencyKey']),
  cloneSlice: fieldsOf(cloneSliceInput, ['name']),
  saveAsTemplate: fieldsOf(saveAsTemplateInput, ['name', 'description']),
  listSnapshots: fieldsOf(listSnapshotsInput, ['limit']),
  renameSnapshot: fieldsOf(renameSnapshotInput, ['name']),
  plan: fieldsOf(planInput, ['kind']),
  startDeployment: fieldsOf(startDeploymentInput, ['onFailure', 'idempotencyKey']),
  listAllDeployments: fieldsOf(listAllDeploymentsInput, ['limit', 'status', 'kind', 'ownerId', 'from', 'until']),
  shareSlice: fieldsOf(shareSliceInput, ['level']),
  shareTemplate: fieldsOf(shareTemplateInput, ['level']),
  execInVm: fieldsOf(execInput, ['seconds']),
  followCapture: fieldsOf(followCaptureInput, ['snapLength', 'filter']),
  listFlavours: fieldsOf(listFlavoursInput, ['limit', 'search', 'includeRetired']),
  listImages: fieldsOf(listImagesInput, ['limit', 'search', 'includeRetired']),
  listAudit: fieldsOf(listOwnAuditInput, ['limit', 'action', 'objectType', 'objectId', 'result', 'from', 'until']),
  listNotifications: fieldsOf(listNotificationsInput, ['limit', 'unread']),
  createWebhook: fieldsOf(createWebhookInput, ['name', 'url', 'events', 'allSlices']),
  listDeliveries: fieldsOf(listDeliveriesInput, ['limit']),
  createSshKeys: fieldsOf(createSshKeysInput, ['name']),
  createToken: fieldsOf(createTokenInput, ['name', 'scopes', 'days']),
};
