import type { Messages } from '../messages';
import type { templates as english } from '../en/templates';

export const templates: Messages<typeof english> = {
  title: 'Plantillas',
  description: 'Topologías que usted u otros han dibujado. Un slice se crea a partir de una de ellas.',
  new: 'Nueva plantilla',
  import: 'Importar',
  search: 'Buscar plantillas',
  dropHere: 'Suelte los documentos para importarlos',
  columns: { name: 'Nombre', updated: 'Actualizada' },
  open: 'Abrir',
  openIn: 'Editar {{name}}',
  newSlice: 'Nuevo slice con esta plantilla',
  exportTrama: 'Exportar como documento de Trama',
  exportLegacy: 'Exportar como documento del predecesor',
  duplicated: 'Duplicada como «{{name}}».',
  exported: 'Guardada como {{fileName}}.',
  deleted: '«{{name}}» se ha eliminado.',
  empty: {
    title: 'Aún no hay plantillas',
    text: 'Dibuje máquinas virtuales y los enlaces entre ellas, o importe un documento que ya tenga. También puede soltar archivos aquí.',
  },
  rename: {
    title: 'Renombrar plantilla',
    name: 'Nombre',
    description: 'Descripción',
  },
  delete: {
    title: '¿Eliminar «{{name}}»?',
    goes: 'La plantilla «{{name}}» con todas sus revisiones',
    stays: 'Los slices creados con ella conservan su propia copia y siguen funcionando.',
    confirm: 'Eliminar plantilla',
  },
  imports: {
    title: 'Importación',
    dismiss: 'Descartar',
    reading: 'Importando {{file}}…',
    done: '{{file}} es ahora la plantilla «{{name}}».',
    doneWarnings_one: '{{file}} es ahora la plantilla «{{name}}». Hubo que cambiar una cosa:',
    doneWarnings_other: '{{file}} es ahora la plantilla «{{name}}». Hubo que cambiar {{count}} cosas:',
    failed: '{{file}} no se ha importado.',
    alike_one: 'y otro igual',
    alike_other: 'y otros {{count}} iguales',
    tooLarge: 'El archivo es demasiado grande: como máximo {{mb}} MB.',
    unreadable: 'No se pudo leer el archivo.',
  },
};
