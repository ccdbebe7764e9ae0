import type { Messages } from '../messages';
import type { guide as english } from '../en/guide';

export const guide: Messages<typeof english> = {
  title: 'Tres pasos hasta su primera red',
  step: 'Paso {{number}}',
  done: 'Hecho',
  draw: {
    title: 'Dibuje una plantilla',
    text: 'Coloque MV en un lienzo y conéctelas, o tome un laboratorio que ya existe.',
    action: 'Nueva plantilla',
    gallery: 'Galería',
  },
  slice: {
    title: 'Cree un slice con ella',
    text: 'Elija una zona y un nombre. Verá el plan antes de que ocurra nada.',
    action: 'Nuevo slice',
  },
  use: {
    title: 'Despliéguelo y trabaje en él',
    text: 'Vea cómo arranca cada MV y abra su consola en el navegador.',
  },
};
