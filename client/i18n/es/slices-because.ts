import type { because as english } from '../en/slices-because';
import type { Messages } from '../messages';

export const because: Messages<typeof english> = {
  restart: 'por orden de Trama tras un reinicio de la máquina',
  heal: 'por orden de Trama, porque no estaba como se pidió',
  accountDeleted: 'por orden de Trama cuando {{name}} eliminó la cuenta del propietario',
  lease: 'pedido por Trama al terminar el plazo',
  schedule: 'pedido por Trama a la hora fijada',
  idle: 'por orden de Trama, porque no pasaba nada en él',
  line: 'por orden de {{name}}, cuando hubo sitio',
  links: 'por orden de Trama, como paso de un plan de cambios de enlaces',
  chaos: 'por orden de Trama, porque los enlaces fallan al azar',
};
