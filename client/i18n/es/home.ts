import type { Messages } from '../messages';
import type { home as english } from '../en/home';

export const home: Messages<typeof english> = {
  title: 'Inicio',
  hello: 'Hola, {{name}}',
  slices: 'Mis slices',
  allSlices: 'Todos los slices',
  zones: 'Espacio en las zonas',
  running_one: '{{count}} MV en marcha',
  running_other: '{{count}} MV en marcha',
  nothingRunning: 'Ninguna MV en marcha',
  attention_one: '{{count}} slice requiere atención',
  attention_other: '{{count}} slices requieren atención',
  ofLast_one: 'Del último: {{summary}}',
  ofLast_other: 'De los últimos {{count}}: {{summary}}',
  noZones: 'Aún no hay ninguna zona donde desplegar.',
  zoneDown: 'Ahora no puede ejecutar MV. Ver por qué',
  zoneAway: 'Su servidor no responde: ahora no se puede desplegar allí.',
  zoneOff: 'Cerrada por un administrador.',
  free: 'Libres: {{vcpus}} vCPU, {{ram}} de RAM y {{disk}} de disco',
};
