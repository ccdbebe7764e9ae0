import type { Messages } from '../messages';
import type { tokens as english } from '../en/tokens';

export const tokens: Messages<typeof english> = {
  caption: 'Tokens',
  new: 'Token nuevo',
  name: 'Nombre',
  scopes: 'Puede',
  expires: 'Caduca',
  created: 'Creado',
  lastUsed: 'Último uso',
  never: 'Nunca',
  soon: 'Pronto',
  expired: 'Caducado',
  revoke: 'Revocar',
  empty: {
    title: 'Aún no hay tokens',
    text: 'Con un token, un programa actúa por usted: la línea de órdenes, el SDK, una tarea de CI. Nunca puede más que usted.',
    service: 'Una cuenta de servicio actúa solo con sus tokens. Nunca puede más que su rol.',
  },
  confirm: {
    title: '¿Revocar el token «{{name}}»?',
    goes: 'Todo programa que lo use será rechazado desde ahora.',
    stays: 'Lo que hizo se queda.',
    label: 'Revocar token',
  },
  form: {
    name: 'Nombre',
    namePlaceholder: 'Para qué es: ci, portátil',
    days: 'Días hasta que caduque',
    until: 'Vale hasta el {{date}}.',
    may: 'Qué puede hacer',
    mayHelp: 'Dele lo mínimo que necesite. Nunca puede más que su dueño en cada momento.',
    all: 'En todas las áreas:',
    create: 'Crear token',
  },
  areas: {
    account: 'Cuenta',
    templates: 'Plantillas',
    slices: 'Slices',
    catalogue: 'Catálogo',
    admin: 'Administración',
  },
  levels: { none: 'Nada', read: 'Leer', operate: 'Operar', manage: 'Gestionar' },
  means: {
    account: {
      none: 'Nada de la cuenta.',
      read: 'Ver el perfil, las sesiones, los tokens, la cuota y la actividad.',
      operate: 'Ver el perfil, las sesiones, los tokens, la cuota y la actividad.',
      manage:
        'Ver toda la cuenta, cambiar su nombre, revocar sesiones y tokens. Nunca la contraseña, el segundo factor ni un token nuevo.',
    },
    templates: {
      none: 'Ninguna plantilla.',
      read: 'Ver y exportar plantillas.',
      operate: 'Ver y exportar plantillas.',
      manage: 'Ver, exportar, crear, importar, cambiar, compartir y eliminar plantillas.',
    },
    slices: {
      none: 'Ningún slice.',
      read: 'Ver slices, planes, despliegues y eventos.',
      operate: 'Ver slices; iniciarlos, pararlos y reiniciarlos, y usar las consolas.',
      manage: 'Ver, crear, desplegar, operar, compartir y destruir slices.',
    },
    catalogue: {
      none: 'Nada del catálogo.',
      read: 'Ver sabores, imágenes y zonas.',
      operate: 'Ver sabores, imágenes y zonas.',
      manage: 'Ver, crear, cambiar y retirar sabores, imágenes y zonas.',
    },
    admin: {
      none: 'Nada de la administración.',
      read: 'Ver todos los usuarios, las cuotas y la auditoría de todos.',
      operate: 'Ver todos los usuarios, las cuotas y la auditoría de todos.',
      manage: 'Verlo todo; crear, cambiar y eliminar usuarios, y fijar cuotas.',
    },
  },
  made: {
    title: 'El token {{name}}',
    once: 'Cópielo ahora: se muestra solo esta vez y no se guarda en ningún sitio.',
    copy: 'Copiar el token',
    use: 'Cómo usarlo',
    cli: 'En la línea de órdenes; pregunta por el token:',
    sdk: 'En un programa, con el token en su entorno:',
    done: 'Ya lo he copiado',
  },
};
