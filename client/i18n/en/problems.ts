/** What can be wrong with a drawing, by the codes of `validateTopology`. */
export const problems = {
  DUPLICATE_KEY: 'Two things have the key {{key}}.',
  VM_NAME_INVALID: '“{{name}}” is not a host name: letters, digits and hyphens, at most {{max}} characters.',
  DUPLICATE_VM_NAME: 'Two VMs are called {{name}}.',
  NETWORK_NAME_INVALID: '“{{name}}” cannot be the name of a network.',
  DUPLICATE_NETWORK_NAME: 'Two networks are called {{name}}.',
  DUPLICATE_FORWARD: '{{vm}} forwards its port {{port}} twice.',
  EDGE_DANGLING: 'A link leads to {{node}}, which does not exist.',
  EDGE_SELF_LOOP: '{{name}} is linked with itself.',
  EDGE_SOURCE_NOT_VM: 'A link begins at the network {{network}}: links begin at a VM.',
  TOO_MANY_NICS: '{{vm}} has {{count}} links; a VM has at most {{max}}.',
  FLAVOUR_UNKNOWN: '{{vm}} has a flavour that does not exist.',
  FLAVOUR_RETIRED: '{{vm}} cannot take the flavour {{flavour}}: it was retired.',
  IMAGE_UNKNOWN: '{{vm}} has an image that does not exist.',
  IMAGE_RETIRED: '{{vm}} cannot take the image {{image}}: it was retired.',
  IMAGE_NEEDS_RAM: '{{vm}}: the image {{image}} needs {{needed}} MiB of RAM, {{flavour}} has {{given}}.',
  IMAGE_NEEDS_DISK: '{{vm}}: the image {{image}} needs {{needed}} GiB of disk, {{flavour}} has {{given}}.',
} as const;
