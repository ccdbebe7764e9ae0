import { z } from 'zod';
import { sketchSchema } from '../topology/sketch';

/**
 * Labs to begin with, in the order in which they are shown. Each is a document of our own in `documents/`, with a title, a description and a task in
 * every language of ours (`texts.ts`), of nothing but built-in images of which `gallery.test.ts` and a deploy have seen that they do what it asks.
 */
export const galleryLabs = [
  'ospf-triangle',
  'leaf-spine-bgp',
  'two-providers',
  'segments',
  'ipv6',
  'three-tier-web',
  'dhcp',
  'slow-line',
  'failure-drill',
  'capture',
] as const;
export type GalleryLab = (typeof galleryLabs)[number];

export const galleryLanguages = ['en', 'es'] as const;
export type GalleryLanguage = (typeof galleryLanguages)[number];

/** What they are filed under, as a template that is made of one is. */
export const galleryTags: Record<GalleryLab, readonly string[]> = {
  'ospf-triangle': ['ospf', 'routing'],
  'leaf-spine-bgp': ['bgp', 'routing', 'datacenter'],
  'two-providers': ['bgp', 'routing'],
  segments: ['vlan', 'switching'],
  ipv6: ['ipv6', 'ospf', 'routing'],
  'three-tier-web': ['web', 'services'],
  dhcp: ['dhcp', 'services'],
  'slow-line': ['performance', 'tcp'],
  'failure-drill': ['ospf', 'failures'],
  capture: ['capture', 'security'],
};

const language = z.enum(galleryLanguages).default('en').describe('of the texts');

export const galleryInput = z.strictObject({ language });
export const galleryOutput = z.object({
  items: z.array(
    z.object({
      lab: z.enum(galleryLabs),
      title: z.string(),
      description: z.string(),
      /** What to do, step by step. */
      task: z.array(z.string()),
      tags: z.array(z.string()),
      vms: z.number().int(),
      networks: z.number().int(),
      ramMb: z.number().int().describe('that its VMs have together'),
      sketch: sketchSchema,
    }),
  ),
});
export type GalleryItem = z.infer<typeof galleryOutput>['items'][number];

/** Makes a template of a lab, with the task beside its drawing. */
export const createFromLabInput = z.strictObject({ lab: z.enum(galleryLabs).describe('which'), language });
