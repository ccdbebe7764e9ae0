import type { traffic as english } from '../en/slices-traffic';
import type { Messages } from '../messages';

export const traffic: Messages<typeof english> = {
  title: 'Tráfico',
  help: 'Lo que pasa por cada enlace, y qué enlaces y MV tienen más tráfico',
  hint: '{{rate}} tramas por segundo; {{frames}} tramas, {{bytes}} bytes desde que se cuentan',
  hintOfDrops: '{{hint}}; {{drops}} tramas no llegaron',
  panel: 'Lo que pasa por los enlaces',
  of: 'Qué se lista',
  links: 'Enlaces',
  vms: 'MV',
  top: { links: 'Enlaces con más tráfico', vms: 'MV con más tráfico' },
  name: 'Nombre',
  rate: 'Ahora',
  total: 'Desde que mira',
  drops: 'No llegan',
  choose: 'Elegir {{name}} en el lienzo',
  all: 'Todos los enlaces',
  several: '{{count}} enlaces',
  rateOf: 'Tráfico: {{name}}',
  dropsOf: 'Tramas que no llegan: {{name}}',
  perSecond: '{{value}} por segundo',
  dropped: '{{way}}: {{lost}} tramas perdidas, {{dropped}} descartadas por falta de sitio.',
  waiting: 'Se empieza a contar…',
  nothing: 'No pasa nada.',
};
