import type { GalleryLab } from './labs';
import type { LabText } from './texts';

export const spanish: Record<GalleryLab, LabText> = {
  'ospf-triangle': {
    title: 'Triángulo OSPF',
    description:
      'Tres routers, cada uno enlazado con los otros dos, encuentran sus rutas por OSPF, y dos equipos se alcanzan a través de ellos. Lees vecinos y rutas, desvías el tráfico con un coste y cortas un enlace.',
    task: [
      'En h1, haz ping a la dirección de h3 (está en el enlace r3–h3). Tres saltos: traceroute dice cuáles.',
      'En r1: vtysh -c "show ip ospf neighbor" nombra r2 y r3, y vtysh -c "show ip route ospf" las direcciones 10.255.0.2 y 10.255.0.3.',
      'Encarece el camino directo: en r1, vtysh -c "conf t" -c "interface eth1" -c "ip ospf cost 100". El traceroute desde h1 va ahora por r2. ¿Vuelve la respuesta por el mismo camino?',
      'Quita el coste (no ip ospf cost) y corta el enlace r1–r3 en Cambiar topología. ¿Cuántos ping se pierden?',
      'Captura el enlace r1–r2 con el filtro ospf: un saludo cada segundo, y lo que se cuentan cuando el enlace vuelve.',
    ],
  },
  'leaf-spine-bgp': {
    title: 'Red leaf-spine con BGP',
    description:
      'Dos spines y tres leaves, como en un centro de datos: cada leaf tiene dos caminos a cada otro, y BGP usa ambos. Lees caminos de AS, ves repartirse los flujos y pierdes un spine sin perder la red.',
    task: [
      'En leaf1: vtysh -c "show bgp summary" muestra dos sesiones, con el AS 65000, y vtysh -c "show ip route 10.255.2.3" dos caminos a la dirección de leaf3.',
      '¿Cuál es el camino de AS? vtysh -c "show bgp ipv4 unicast 10.255.2.3/32". ¿Por qué ningún leaf toma otro leaf como camino a un tercero?',
      'En h1, haz ping a la dirección de h3, y sigue mientras detienes spine1. ¿Cuánto tardan en volver las respuestas? Los temporizadores son de 3 y 9 segundos: ¿a cuál has esperado?',
      'Arranca spine1 otra vez y espera a que leaf1 tenga de nuevo dos caminos.',
      'Añade un cuarto leaf en Cambiar topología: copia leaf3 y díselo a los spines.',
    ],
  },
  'two-providers': {
    title: 'Dos proveedores',
    description:
      'Una empresa con direcciones propias es cliente de dos proveedores, y un servidor está detrás de ambos. Eliges por BGP por cuál sale el tráfico y por cuál vuelve, y ves fallar uno de ellos.',
    task: [
      'En company: vtysh -c "show bgp ipv4 unicast" muestra dos caminos a 203.0.113.1/32. ¿Cuál es el mejor (>), y por qué, si los dos son igual de largos?',
      'ping -I 198.51.100.1 203.0.113.1 responde. traceroute -s 198.51.100.1 203.0.113.1 dice por quién.',
      'Prefiere el otro: un route-map que ponga local-preference 200, de entrada en ese vecino. ¿Quién decide por él: solo tú, o también el servidor?',
      'La vuelta la elige el servidor: alarga el camino por un proveedor con set as-path prepend 65001 65001, de salida, y mira en server cuál es ahora el mejor.',
      'Detén el proveedor que prefieres. ¿Tras cuántos segundos sigue el ping?',
    ],
  },
  segments: {
    title: 'Segmentos y un router',
    description:
      'Personal, estudiantes y servidores tienen cada uno su segmento, como los hacen las VLAN, y un router los une. Ves qué queda en un segmento, qué pasa por el router, y cambias una máquina de segmento.',
    task: [
      'En staff1: ping staff2 y ping files. traceroute files muestra gw en medio; hasta staff2 no hay nadie.',
      'Captura la red students con el filtro arp y haz ping a staff2 desde staff1: no se oye nada. Ahora ping a student2 desde student1.',
      'En gw: echo 0 > /proc/sys/net/ipv4/ip_forward. ¿Quién alcanza aún a quién? Ponlo otra vez a 1.',
      'Deja que los estudiantes alcancen los servidores, pero no al personal: en gw, ip route add blackhole lo hace para todos, así que ¿hasta dónde llegas con ip rule from 192.168.20.0/24?',
      'Pasa student2 a staff en Cambiar topología: quita su enlace y conéctalo a la otra red. ¿Qué dirección tiene tras reiniciarse?',
    ],
  },
  ipv6: {
    title: 'IPv6 entre dos sedes',
    description:
      'Dos sedes con un /64 cada una, un enlace entre sus routers y OSPFv3. Lees direcciones de varias clases, sigues el descubrimiento de un vecino y encaminas sin una palabra de IPv4.',
    task: [
      'En h1: ip -6 address muestra dos direcciones de eth0. ¿Cuál es solo de su enlace? ip -6 neigh dice a quién conoce.',
      'Haz ping a h2 por su dirección en fd00:2::/64 (ip -6 address en h2 la muestra) y encuentra los saltos con traceroute6.',
      'En r1: vtysh -c "show ipv6 ospf6 neighbor" y vtysh -c "show ipv6 route ospf6". ¿Cuál es el siguiente salto de fd00:2::/64: una dirección del enlace o del /64?',
      'Captura el enlace r1–h1 con el filtro icmp6 y olvida un vecino: ip -6 neigh flush dev eth0 en h1. Haz ping otra vez: ¿qué se pregunta, y a qué dirección?',
      'Añade una tercera sede detrás de r2, con fd00:3::/64, en Cambiar topología.',
    ],
  },
  'three-tier-web': {
    title: 'Web de tres niveles',
    description:
      'Una tienda en tres niveles: un servidor web pregunta a una aplicación, y esta pide los datos; cada uno solo tiene en sus redes a sus vecinos. Sigues una petición por todos los niveles y encuentras cuál está caído.',
    task: [
      'En client: wget -q -O - http://web/cgi-bin/shop muestra precios con impuesto. ping app: ¿por qué no existe ese equipo?',
      'Captura la red back con el filtro tcp port 5432 y pregunta otra vez. ¿Qué pide la aplicación, y qué vuelve?',
      'Cambia un precio en /var/db/rows.csv de db y pregunta otra vez. ¿Qué nivel suma el impuesto? Mira allí en /var/www/cgi-bin.',
      'Detén app. ¿Qué ve el cliente, y tras cuánto tiempo? ¿Qué nivel harías que lo dijera mejor?',
      'Un segundo servidor web: copia web en Cambiar topología y pregunta a los dos.',
    ],
  },
  dhcp: {
    title: 'Servidor DHCP',
    description:
      'Un servidor que da direcciones, y tres clientes que aún tienen las del dibujo. Haces que pidan una, lees los cuatro mensajes y ves qué es una concesión.',
    task: [
      'Captura la red lan con el filtro udp port 67.',
      'En client1, deja la dirección y pide una: ip addr flush dev eth0; udhcpc -n -q -i eth0 -s /etc/trama/dhcp. ¿Qué dirección tiene ahora?',
      'Encuentra los cuatro mensajes en la captura: discover, offer, request, acknowledge. ¿Desde qué dirección pregunta un cliente que no tiene ninguna?',
      'Lo mismo en client2 y client3. En server: dumpleases -f /run/udhcpd.leases. Pide otra vez en client1: ¿recibe otra dirección?',
      'Da a client3 una dirección propia: static_lease MAC 192.168.50.200 en /etc/udhcpd.conf, killall udhcpd, udhcpd /etc/udhcpd.conf. Pide otra vez.',
    ],
  },
  'slow-line': {
    title: 'Una línea lenta',
    description:
      'Dos sedes detrás de routers, con una línea entre ellas de 4 Mbit/s, 40 ms y algo de pérdida. Mides qué saca TCP de ella y cambias una propiedad cada vez mientras funciona.',
    task: [
      'En h1: ping -c 20 h2. Unos 80 ms: ¿por qué el doble de los 40 de la línea? ¿Cuántos se pierden?',
      'iperf3 -c h2 mide lo que alcanza TCP. ¿Cuánto de los 4 Mbit/s?',
      'Mientras corre iperf3 -c h2 -t 60, haz ping a h2 desde una segunda consola de h1: el tiempo crece. ¿Qué espera dónde? (La línea tiene sitio para 50 tramas.)',
      'En Cambiar topología pon a 0 la pérdida de r1–r2 y aplícalo, lo que no reinicia nada. Mide otra vez; después con 3 %, y otra vez.',
      'Pon la cola a 5 tramas, sin pérdida. ¿Qué va mejor ahora, y qué peor?',
    ],
  },
  'failure-drill': {
    title: 'Simulacro de fallos',
    description:
      'Un anillo de cuatro routers entre dos equipos, con tráfico que cuentas. Fallan enlaces y routers, primero por tu mano y después por azar: mides cuánto dura cada corte y encuentras qué ha fallado.',
    task: [
      'En h1: haz ping a la dirección de h3 (en el enlace r3–h3) y déjalo en marcha. ¿Qué camino toma? traceroute lo dice.',
      'Detén un router de ese camino. Cuenta las respuestas que faltan (icmp_seq): con saludos cada segundo y un intervalo de 4, ¿cuántas deberían ser?',
      'Arráncalo otra vez. ¿Se pierden respuestas cuando vuelve?',
      'Corta un enlace en su lugar, en Cambiar topología. ¿Por qué es más rápido ahora? Compáralo con un enlace con 100 % de pérdida, que conserva su portadora.',
      'Que lo haga el azar: Cambios de enlaces, por azar, un enlace cada vez, durante diez minutos. Ejecuta iperf3 -t 600 contra h3 desde h1 y anota cada corte; compara con los eventos del slice.',
    ],
  },
  capture: {
    title: 'Ejercicio de captura',
    description:
      'Alguien lee cada pocos segundos una página protegida, en una red en la que todos oyen todo. Averiguas quién habla con quién, cuál es la contraseña y qué la habría mantenido en secreto.',
    task: [
      'Abre Capturar en la red lan. Sin filtro: ¿quién habla con quién, y cada cuánto?',
      'Solo la web: el filtro tcp port 80. ¿Cuántas tramas hay hasta el primer byte de la petición?',
      'Busca la línea Authorization: Basic en una petición y descífrala en listener: echo TEXTO | base64 -d.',
      '¿Puede listener hacerlo sin ti? En listener: tcpdump -A -ni eth0 tcp port 80. ¿Por qué oye lo que no es para él?',
      'Lee la página con lo que has encontrado: wget -q -O - http://NOMBRE:CONTRASEÑA@server/. Después guarda la captura como pcapng y ábrela en Wireshark.',
    ],
  },
};
