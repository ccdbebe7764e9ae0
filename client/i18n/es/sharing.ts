import type { Messages } from '../messages';
import type { sharing as english } from '../en/sharing';

export const sharing: Messages<typeof english> = {
  whose: 'De quién',
  set: { mine: 'Lo mío', shared: 'Compartido conmigo', all: 'Todo', everyone: 'De todos' },
  visibility: { private: 'Privada', shared: 'Compartida', published: 'Publicada' },
  columns: { owner: 'Propietario', visibility: 'Visibilidad' },
  me: 'yo',
  share: 'Compartir…',
  title: 'Compartir «{{name}}»',
  add: {
    email: 'Correo electrónico',
    level: 'Podrá',
    submit: 'Compartir',
    find: 'Nombre o dirección',
    none: 'No se encuentra a nadie.',
  },
  whole: 'La dirección completa de su cuenta.',
  level: { view: 'verlo', operate: 'operarlo', edit: 'editarlo' },
  levelHelp: {
    view: 'Ve sus MV, su plan, sus eventos y lo que muestran sus consolas.',
    operate: 'Además arranca, detiene y reinicia sus MV y escribe en sus consolas.',
  },
  templateHelp: {
    view: 'La ve, la exporta, la duplica y crea con ella sus propios slices. Solo usted la cambia.',
    edit: 'Además la dibuja y cambia su descripción, a la vez que usted. Su nombre, sus etiquetas y con quién se comparte los decide usted.',
  },
  with: 'Compartido con',
  nobody: 'Nadie todavía.',
  levelOf: 'Lo que puede {{name}}',
  remove: 'Dejar de compartir con {{name}}',
  publish: {
    label: 'Publicada para todos los usuarios',
    help: 'Cualquiera que tenga una cuenta la ve y puede crear slices con ella.',
    notAllowed: 'Solo los docentes y los administradores publican plantillas.',
  },
  ownerOnly: 'Solo lo hace su propietario, {{owner}}.',
  ownerOrAdmin: 'Solo lo hace su propietario, {{owner}}, o un administrador.',
  leave: {
    label: 'Abandonar',
    title: '¿Abandonar «{{name}}»?',
    goes: '«{{name}}», de su lista',
    stays: 'Sigue siendo de {{owner}}, que puede volver a compartirlo. Lo que usted haya creado con ello es suyo.',
    staysSlice: 'Sigue siendo de {{owner}}, que puede volver a compartirlo.',
    confirm: 'Abandonar',
    done: 'Ha abandonado «{{name}}».',
    published: 'Está publicada para todos, así que no hay nada que abandonar.',
  },
  readOnly: {
    title: 'Esta plantilla es de {{owner}}. Puede verla y crear slices con ella.',
    duplicate: 'Duplicar para editar',
    duplicated: 'Esta copia, «{{name}}», es suya.',
    state: 'Solo lectura',
  },
  empty: {
    shared: {
      templates: 'Nadie ha compartido una plantilla con usted y no hay ninguna publicada.',
      slices: 'Nadie ha compartido un slice con usted.',
    },
    title: { templates: 'No hay plantillas compartidas', slices: 'No hay slices compartidos' },
  },
};
