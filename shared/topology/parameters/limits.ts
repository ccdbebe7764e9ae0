/** Limits of what a template asks for; apart from the others, which come with the first page. */
export const parameterLimits = {
  /** Parameters of one template. */
  perTopology: 20,
  nameLength: 32,
  labelLength: 120,
  /** Characters of a text that is given, and of a secret. */
  textLength: 500,
  /** What one parameter may be chosen from. */
  choices: 50,
  /** VMs, or groups, that one is made to. */
  replicas: 40,
} as const;
