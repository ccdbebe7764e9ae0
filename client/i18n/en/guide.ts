export const guide = {
  title: 'Three steps to your first network',
  step: 'Step {{number}}',
  done: 'Done',
  draw: {
    title: 'Draw a template',
    text: 'Put VMs on a canvas and connect them, or take a lab that is there.',
    action: 'New template',
    gallery: 'Gallery',
  },
  slice: {
    title: 'Make a slice of it',
    text: 'Choose a zone and a name. You see the plan before anything happens.',
    action: 'New slice',
  },
  use: {
    title: 'Deploy it and work in it',
    text: 'Watch each VM come up, then open its console in the browser.',
  },
} as const;
