import type { GalleryLab } from './labs';
import type { LabText } from './lab-text';

export const spanish: Record<GalleryLab, LabText> = {
  'ospf-triangle': {
    title: 'Triángulo OSPF',
    description:
      'Tres routers, cada uno enlazado con los otros dos, encuentran sus rutas por OSPF, y dos equipos se alcanzan a través de ellos. Lea vecinos y rutas, desvíe el tráfico con un coste y corte un enlace.',
    task: [
      'En h1, haga ping a la dirección de h3 (está en el enlace r3–h3). Tres saltos: traceroute dice cuáles.',
      'En r1: vtysh -c "show ip ospf neighbor" nombra r2 y r3, y vtysh -c "show ip route ospf" las direcciones 10.255.0.2 y 10.255.0.3.',
      'Encarezca el camino directo: en r1, vtysh -c "conf t" -c "interface eth1" -c "ip ospf cost 100". El traceroute desde h1 va ahora por r2. ¿Vuelve la respuesta por el mismo camino?',
      'Quite el coste (no ip ospf cost) y corte el enlace r1–r3 en Cambiar la topología. ¿Cuántos ping se pierden?',
      'Capture el enlace r1–r2 con el filtro ospf: un saludo cada segundo, y lo que se cuentan cuando el enlace vuelve.',
    ],
  },
  'leaf-spine-bgp': {
    title: 'Red leaf-spine con BGP',
    description:
      'Dos spines y tres leaves, como en un centro de datos: cada leaf tiene dos caminos a cada otro, y BGP usa ambos. Lea caminos de AS, vea cómo se reparten los flujos y pierda un spine sin perder la red.',
    task: [
      'En leaf1: vtysh -c "show bgp summary" muestra dos sesiones, con el AS 65000, y vtysh -c "show ip route 10.255.2.3" dos caminos a la dirección de leaf3.',
      '¿Cuál es el camino de AS? vtysh -c "show bgp ipv4 unicast 10.255.2.3/32". ¿Por qué ningún leaf toma otro leaf como camino a un tercero?',
      'En h1, haga ping a la dirección de h3, y siga mientras detiene spine1. ¿Cuánto tardan en volver las respuestas? Los temporizadores son de 3 y 9 segundos: ¿a cuál ha esperado?',
      'Arranque spine1 otra vez y espere a que leaf1 tenga de nuevo dos caminos.',
      'Añada un cuarto leaf en Cambiar la topología: copie leaf3 y dígaselo a los spines.',
    ],
  },
  'two-providers': {
    title: 'Dos proveedores',
    description:
      'Una empresa con direcciones propias es cliente de dos proveedores, y un servidor está detrás de ambos. Elija por BGP por cuál sale el tráfico y por cuál vuelve, y vea fallar uno de ellos.',
    task: [
      'En company: vtysh -c "show bgp ipv4 unicast" muestra dos caminos a 203.0.113.1/32. ¿Cuál es el mejor (>), y por qué, si los dos son igual de largos?',
      'ping -I 198.51.100.1 203.0.113.1 responde. traceroute -s 198.51.100.1 203.0.113.1 dice por quién.',
      'Prefiera el otro: un route-map que ponga local-preference 200, de entrada en ese vecino. ¿Quién decide por él: solo usted, o también el servidor?',
      'La vuelta la elige el servidor: alargue el camino por un proveedor con set as-path prepend 65001 65001, de salida, y mire en server cuál es ahora el mejor.',
      'Detenga el proveedor que prefiere. ¿Tras cuántos segundos sigue el ping?',
    ],
  },
  segments: {
    title: 'Segmentos y un router',
    description:
      'Personal, estudiantes y servidores tienen cada uno su segmento, como los hacen las VLAN, y un router los une. Vea qué queda en un segmento y qué pasa por el router, y cambie una máquina de segmento.',
    task: [
      'En staff1: ping staff2 y ping files. traceroute files muestra gw en medio; hasta staff2 no hay nadie.',
      'Capture la red students con el filtro arp y haga ping a staff2 desde staff1: no se oye nada. Ahora ping a student2 desde student1.',
      'En gw: echo 0 > /proc/sys/net/ipv4/ip_forward. ¿Quién alcanza aún a quién? Póngalo otra vez a 1.',
      'Deje que los estudiantes alcancen los servidores, pero no al personal: en gw, ip route add blackhole lo hace para todos, así que ¿hasta dónde llega con ip rule from 192.168.20.0/24?',
      'Pase student2 a staff en Cambiar la topología: quite su enlace y conéctelo a la otra red. ¿Qué dirección tiene tras reiniciarse?',
    ],
  },
  ipv6: {
    title: 'IPv6 entre dos sedes',
    description:
      'Dos sedes con un /64 cada una, un enlace entre sus routers y OSPFv3. Lea direcciones de varias clases, siga el descubrimiento de un vecino y encamine sin una palabra de IPv4.',
    task: [
      'En h1: ip -6 address muestra dos direcciones de eth0. ¿Cuál es solo de su enlace? ip -6 neigh dice a quién conoce.',
      'Haga ping a h2 por su dirección en fd00:2::/64 (ip -6 address en h2 la muestra) y encuentre los saltos con traceroute6.',
      'En r1: vtysh -c "show ipv6 ospf6 neighbor" y vtysh -c "show ipv6 route ospf6". ¿Cuál es el siguiente salto de fd00:2::/64: una dirección del enlace o del /64?',
      'Capture el enlace r1–h1 con el filtro icmp6 y olvide un vecino: ip -6 neigh flush dev eth0 en h1. Haga ping otra vez: ¿qué se pregunta, y a qué dirección?',
      'Añada una tercera sede detrás de r2, con fd00:3::/64, en Cambiar la topología.',
    ],
  },
  'three-tier-web': {
    title: 'Web de tres niveles',
    description:
      'Una tienda en tres niveles: un servidor web pregunta a una aplicación, y esta pide los datos; cada uno solo tiene en sus redes a sus vecinos. Siga una petición por todos los niveles y encuentre cuál está caído.',
    task: [
      'En client: wget -q -O - http://web/cgi-bin/shop muestra precios con impuesto. ping app: ¿por qué no existe ese equipo?',
      'Capture la red back con el filtro tcp port 5432 y pregunte otra vez. ¿Qué pide la aplicación, y qué vuelve?',
      'Cambie un precio en /var/db/rows.csv de db y pregunte otra vez. ¿Qué nivel suma el impuesto? Mire allí en /var/www/cgi-bin.',
      'Detenga app. ¿Qué ve el cliente, y tras cuánto tiempo? ¿Qué nivel haría que lo dijera mejor?',
      'Un segundo servidor web: copie web en Cambiar la topología y pregunte a los dos.',
    ],
  },
  dhcp: {
    title: 'Servidor DHCP',
    description:
      'Un servidor que da direcciones, y tres clientes que aún tienen las del dibujo. Haga que pidan una, lea los cuatro mensajes y vea qué es una concesión.',
    task: [
      'Capture la red lan con el filtro udp port 67.',
      'En client1, deje la dirección y pida una: ip addr flush dev eth0; udhcpc -n -q -i eth0 -s /etc/trama/dhcp. ¿Qué dirección tiene ahora?',
      'Encuentre los cuatro mensajes en la captura: discover, offer, request, acknowledge. ¿Desde qué dirección pregunta un cliente que no tiene ninguna?',
      'Lo mismo en client2 y client3. En server: dumpleases -f /run/udhcpd.leases. Pida otra vez en client1: ¿recibe otra dirección?',
      'Dé a client3 una dirección propia: static_lease MAC 192.168.50.200 en /etc/udhcpd.conf, killall udhcpd, udhcpd /etc/udhcpd.conf. Pida otra vez.',
    ],
  },
  'slow-line': {
    title: 'Una línea lenta',
    description:
      'Dos sedes detrás de routers, con una línea entre ellas de 4 Mbit/s, 40 ms y algo de pérdida. Mida qué saca TCP de ella y cambie una propiedad cada vez mientras funciona.',
    task: [
      'En h1: ping -c 20 h2. Unos 80 ms: ¿por qué el doble de los 40 de la línea? ¿Cuántos se pierden?',
      'iperf3 -c h2 mide lo que alcanza TCP. ¿Cuánto de los 4 Mbit/s?',
      'Mientras corre iperf3 -c h2 -t 60, haga ping a h2 desde una segunda consola de h1: el tiempo crece. ¿Qué espera dónde? (La línea tiene sitio para 50 tramas.)',
      'En Cambiar la topología ponga a 0 la pérdida de r1–r2 y aplíquelo, lo que no reinicia nada. Mida otra vez; después con 3 %, y otra vez.',
      'Ponga la cola a 5 tramas, sin pérdida. ¿Qué va mejor ahora, y qué peor?',
    ],
  },
  'failure-drill': {
    title: 'Simulacro de fallos',
    description:
      'Un anillo de cuatro routers entre dos equipos, con tráfico que usted cuenta. Fallan enlaces y routers, primero por su mano y después por azar: mida cuánto dura cada corte y encuentre qué ha fallado.',
    task: [
      'En h1: haga ping a la dirección de h3 (en el enlace r3–h3) y déjelo en marcha. ¿Qué camino toma? traceroute lo dice.',
      'Detenga un router de ese camino. Cuente las respuestas que faltan (icmp_seq): con saludos cada segundo y un intervalo de 4, ¿cuántas deberían ser?',
      'Arránquelo otra vez. ¿Se pierden respuestas cuando vuelve?',
      'Corte un enlace en su lugar, en Cambiar la topología. ¿Por qué es más rápido ahora? Compárelo con un enlace con 100 % de pérdida, que conserva su portadora.',
      'Que lo haga el azar: Cambios de enlaces, por azar, un enlace cada vez, durante diez minutos. Ejecute iperf3 -t 600 contra h3 desde h1 y anote cada corte; compare con los eventos del slice.',
    ],
  },
  capture: {
    title: 'Ejercicio de captura',
    description:
      'Alguien lee cada pocos segundos una página protegida, en una red en la que todos oyen todo. Averigüe quién habla con quién, cuál es la contraseña y qué la habría mantenido en secreto.',
    task: [
      'Abra Capturar en la red lan. Sin filtro: ¿quién habla con quién, y cada cuánto?',
      'Solo la web: el filtro tcp port 80. ¿Cuántas tramas hay hasta el primer byte de la petición?',
      'Busque la línea Authorization: Basic en una petición y descífrela en listener: echo TEXTO | base64 -d.',
      '¿Puede listener hacerlo sin usted? En listener: tcpdump -A -ni eth0 tcp port 80. ¿Por qué oye lo que no es para él?',
      'Lea la página con lo que ha encontrado: wget -q -O - http://NOMBRE:CONTRASEÑA@server/. Después guarde la captura como pcapng y ábrala en Wireshark.',
    ],
  },
};
