import type { Messages } from '../messages';
import type { notifications as english } from '../en/notifications';
import { audit } from './audit';

export const notifications: Messages<typeof english> = {
  operation: audit.operation,
  vmOfSlice: '{{vm}} de {{slice}}',
  text: {
    deployment: {
      succeeded: '{{operation}} {{of}}: hecho.',
      failed: '{{operation}} {{of}}: ha fallado. {{error}}',
      cancelled: '{{operation}} {{of}}: cancelado.',
    },
    slice: {
      degraded: '{{slice}} está degradado: {{drifted}}.',
      idle: {
        suggest: 'No ha pasado nada en {{slice}} desde hace {{duration}}. Deténgalo o suspéndalo si no hace falta.',
        suspend: 'No ha pasado nada en {{slice}} desde hace {{duration}}: se está suspendiendo.',
        stop: 'No ha pasado nada en {{slice}} desde hace {{duration}}: se está deteniendo.',
      },
      internet: {
        scarce: '{{slice}} ha gastado el 80 % de los {{mb}} MiB de internet que puede tener este mes.',
        usedUp: '{{slice}} ha gastado los {{mb}} MiB de internet que puede tener este mes: ya no tiene internet.',
        none: '{{slice}} no puede tener nada de internet este mes: ya no tiene internet.',
      },
      network: {
        asked: 'El slice {{other}} pide unirse a la red {{network}} de {{slice}}.',
        accepted: 'La red {{network}} de {{slice}} puede unirse a la del slice {{other}}.',
        refused: 'No se permitió que la red {{network}} de {{slice}} se uniera a la del slice {{other}}.',
        left: 'La red {{network}} de {{slice}} y la del slice {{other}} ya no están unidas.',
        withdrawn: 'El slice {{other}} retiró la red a la que se une {{network}} de {{slice}}.',
      },
      shared: {
        view: '{{by}} comparte con usted el slice {{slice}}, para verlo.',
        operate: '{{by}} comparte con usted el slice {{slice}}, para operarlo.',
      },
    },
    template: { shared: '{{by}} comparte con usted la plantilla {{template}}.' },
    lease: {
      expiring: {
        stop: 'El plazo de {{slice}} termina el {{at}}: se detendrá.',
        suspend: 'El plazo de {{slice}} termina el {{at}}: se suspenderá.',
        destroy: 'El plazo de {{slice}} termina el {{at}}: se destruirá.',
      },
      expired: {
        stop: 'El plazo de {{slice}} ha terminado: se está deteniendo.',
        suspend: 'El plazo de {{slice}} ha terminado: se está suspendiendo.',
        destroy: 'El plazo de {{slice}} ha terminado: se está destruyendo.',
      },
    },
    line: {
      admitted: 'La zona {{zone}} tiene sitio para {{slice}}: se está desplegando.',
      dropped: '{{slice}} ya no espera a que haya sitio en la zona {{zone}}. {{error}}',
    },
    image: {
      ready: 'La imagen {{image}} está lista en la zona {{zone}}.',
      broken: 'La imagen {{image}} no está bien en la zona {{zone}}. {{error}}',
    },
    webhook: {
      failing: 'Se abandonó una llamada del webhook {{webhook}}. {{error}}',
      disabled: 'El webhook {{webhook}} se ha desactivado: ninguna llamada tuvo éxito en tres días. {{error}}',
    },
  },
  title: 'Notificaciones',
  description:
    'Lo que terminó, falló, vence o se ha compartido con usted. Se guardan las 500 más recientes, durante 90 días.',
  none: 'Notificaciones, ninguna sin leer',
  unread_one: 'Notificaciones, {{count}} sin leer',
  unread_other: 'Notificaciones, {{count}} sin leer',
  many: '{{count}}+',
  manyUnread: 'Notificaciones, más de {{count}} sin leer',
  all: 'Mostrar todas',
  readAll: 'Marcar todas como leídas',
  read: 'Marcar como leída',
  isNew: 'Sin leer',
  onlyUnread: 'Solo las no leídas',
  filter: 'Filtros',
  choose: 'De qué recibir avisos',
  chooseHelp: 'Lo que se desactiva ya no llega aquí. Lo que ya está, permanece.',
  empty: { title: 'Nada que contar', text: 'Aquí aparece lo que terminó, falló o se ha compartido con usted.' },
  kind: {
    deployment: {
      succeeded: 'Una operación ha terminado',
      failed: 'Una operación ha fallado',
      cancelled: 'Se ha cancelado una operación',
    },
    slice: {
      degraded: 'Un slice está degradado',
      idle: 'No pasa nada en un slice',
      internet: 'El internet de un slice se agota',
      network: 'Redes de varios slices se van a unir, o ya no lo están',
      shared: 'Se comparte un slice con usted',
    },
    template: { shared: 'Se comparte una plantilla con usted' },
    lease: { expiring: 'Un plazo termina pronto', expired: 'Un plazo ha terminado' },
    line: { admitted: 'Le toca a un slice que esperaba', dropped: 'Un slice ya no puede esperar en la cola' },
    image: { ready: 'Una imagen está lista', broken: 'Una imagen no está bien' },
    webhook: { failing: 'Una llamada de un webhook se abandonó', disabled: 'Un webhook se ha desactivado' },
  },
};
