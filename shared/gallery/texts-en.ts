import type { GalleryLab } from './labs';
import type { LabText } from './lab-text';

export const english: Record<GalleryLab, LabText> = {
  'ospf-triangle': {
    title: 'OSPF triangle',
    description:
      'Three routers, each linked with the two others, find their ways by OSPF, and two hosts reach each other over them. You read neighbours and routes, move traffic by a cost, and cut a link.',
    task: [
      'On h1, ping the address of h3 (it stands at the link r3–h3). Three hops: traceroute says which.',
      'On r1: vtysh -c "show ip ospf neighbor" names r2 and r3, and vtysh -c "show ip route ospf" the loopbacks 10.255.0.2 and 10.255.0.3.',
      'Make the direct way dear: on r1, vtysh -c "conf t" -c "interface eth1" -c "ip ospf cost 100". Traceroute from h1 now goes over r2. Does the answer come back the same way?',
      'Take the cost back (no ip ospf cost), then cut the link r1–r3 under Change topology. How many pings are lost?',
      'Capture the link r1–r2 with the filter ospf: hellos each second, and what is told when the link comes back.',
    ],
  },
  'leaf-spine-bgp': {
    title: 'Leaf-spine fabric with BGP',
    description:
      'Two spines and three leaves, as in a data centre: every leaf has two ways to every other, and BGP uses both. You read AS paths, see flows spread, and lose a spine without losing the fabric.',
    task: [
      'On leaf1: vtysh -c "show bgp summary" shows two sessions, with AS 65000, and vtysh -c "show ip route 10.255.2.3" two ways to the loopback of leaf3.',
      'What is the AS path to it? vtysh -c "show bgp ipv4 unicast 10.255.2.3/32". Why does no leaf take another leaf as a way to a third?',
      'On h1, ping the address of h3, and go on while you stop spine1. How long is it until answers come again? The timers are 3 and 9 seconds: which one did you wait for?',
      'Start spine1 again and wait until leaf1 has two ways again.',
      'Add a fourth leaf under Change topology: copy leaf3, and tell the spines of it.',
    ],
  },
  'two-providers': {
    title: 'Two providers',
    description:
      'A company with addresses of its own is a customer of two providers, and a server is behind both. You choose by BGP which provider traffic leaves by, which it comes back by, and see one of them fail.',
    task: [
      'On company: vtysh -c "show bgp ipv4 unicast" shows two paths to 203.0.113.1/32. Which one is best (>), and why, since both are as long?',
      'ping -I 198.51.100.1 203.0.113.1 answers. traceroute -s 198.51.100.1 203.0.113.1 says by whom.',
      'Prefer the other: a route-map that sets local-preference 200, inbound on that neighbour. Who decides by it: only you, or also the server?',
      'The way back is the server’s to choose: make the path by one provider longer with set as-path prepend 65001 65001, outbound, and see on server which path is best now.',
      'Stop the provider that you prefer. After how many seconds does the ping go on?',
    ],
  },
  segments: {
    title: 'Segments and a router',
    description:
      'Staff, students and servers each have a segment, as VLANs make them, and one router joins them. You see what stays in a segment, what passes the router, and move a machine to another segment.',
    task: [
      'On staff1: ping staff2 and ping files. traceroute files shows gw between; to staff2 there is nobody.',
      'Capture the network students with the filter arp, and ping staff2 from staff1: nothing is heard. Now ping student2 from student1.',
      'On gw: echo 0 > /proc/sys/net/ipv4/ip_forward. Who still reaches whom? Set it to 1 again.',
      'Let students reach the servers, but not the staff: on gw, ip route add blackhole does it for everybody, so how far do you come with ip rule from 192.168.20.0/24?',
      'Move student2 to staff under Change topology: take its link off, and attach it to the other network. Which address has it after its restart?',
    ],
  },
  ipv6: {
    title: 'IPv6 between two sites',
    description:
      'Two sites with a /64 each, a link between their routers, and OSPFv3. You read addresses of several kinds, follow a neighbour discovery, and route without a word of IPv4.',
    task: [
      'On h1: ip -6 address shows two addresses of eth0. Which one is of its link only? ip -6 neigh says whom it knows.',
      'Ping h2 by its address in fd00:2::/64 (ip -6 address on h2 shows it), and find the hops with traceroute6.',
      'On r1: vtysh -c "show ipv6 ospf6 neighbor" and vtysh -c "show ipv6 route ospf6". What is the next hop of fd00:2::/64: an address of the link, or of the /64?',
      'Capture the link r1–h1 with the filter icmp6, and delete a neighbour: ip -6 neigh flush dev eth0 on h1. Ping again: what is asked, and of which address?',
      'Add a third site behind r2, with fd00:3::/64, under Change topology.',
    ],
  },
  'three-tier-web': {
    title: 'Three-tier web',
    description:
      'A shop in three tiers: a web server asks an application, and that asks for the data; each has only its neighbours in its networks. You follow a request through all tiers, and find which one is down.',
    task: [
      'On client: wget -q -O - http://web/cgi-bin/shop shows prices with tax. ping app: why is there no such host?',
      'Capture the network back with the filter tcp port 5432 and ask again. What does the application ask, and what comes back?',
      'Change a price in /var/db/rows.csv on db, and ask again. Which tier adds the tax? Look at /var/www/cgi-bin there.',
      'Stop app. What does the client see, and after how long? Which tier would you make to say it better?',
      'A second web server: copy web under Change topology, and ask both.',
    ],
  },
  dhcp: {
    title: 'DHCP server',
    description:
      'A server that gives addresses, and three clients that still have those of the drawing. You let them ask for one, read the four messages, and see what a lease is.',
    task: [
      'Capture the network lan with the filter udp port 67.',
      'On client1, give the address up and ask for one: ip addr flush dev eth0; udhcpc -n -q -i eth0 -s /etc/trama/dhcp. Which address has it now?',
      'Find the four messages in the capture: discover, offer, request, acknowledge. From which address does a client ask that has none?',
      'The same on client2 and client3. On server: dumpleases -f /run/udhcpd.leases. Ask again on client1: does it get another address?',
      'Give client3 an address of its own: static_lease MAC 192.168.50.200 in /etc/udhcpd.conf, killall udhcpd, udhcpd /etc/udhcpd.conf. Ask again.',
    ],
  },
  'slow-line': {
    title: 'A slow line',
    description:
      'Two sites behind routers, with a line between them of 4 Mbit/s, 40 ms and some loss. You measure what TCP makes of it, and change one property at a time while it runs.',
    task: [
      'On h1: ping -c 20 h2. About 80 ms: why twice the 40 of the line? How many are lost?',
      'iperf3 -c h2 measures what TCP reaches. How much of the 4 Mbit/s?',
      'While iperf3 -c h2 -t 60 runs, ping h2 from a second console of h1: the time grows. What waits where? (The line has room for 50 frames.)',
      'Under Change topology set the loss of r1–r2 to 0 and apply it, which restarts nothing. Measure again; then 3 %, and again.',
      'Set the queue to 5 frames, without loss. What is better now, what worse?',
    ],
  },
  'failure-drill': {
    title: 'Failure drill',
    description:
      'A ring of four routers between two hosts, with traffic that you count. Links and routers fail, first by your hand, then by chance: you measure how long each outage is, and find what failed.',
    task: [
      'On h1: ping the address of h3 (at the link r3–h3) and leave it running. Which way does it take? traceroute says it.',
      'Stop a router on that way. Count the answers that are missing (icmp_seq): with hellos each second and a dead interval of 4, how many should it be?',
      'Start it again. Are answers lost when it comes back?',
      'Cut a link instead, under Change topology. Why is it faster now? Compare with a link of 100 % loss, which keeps its carrier.',
      'Let chance do it: Link changes, by chance, one link at a time, for ten minutes. Run iperf3 -t 600 against h3 from h1 and note each outage; compare with the slice’s events.',
    ],
  },
  capture: {
    title: 'Capture exercise',
    description:
      'Somebody reads a protected page every few seconds, on a network where all hear all. You find out who talks to whom, what the password is, and what would have kept it secret.',
    task: [
      'Open Capture on the network lan. Without a filter: who talks to whom, and how often?',
      'Only the web: the filter tcp port 80. How many frames are there until the first byte of the request?',
      'Find the line Authorization: Basic in a request, and decode it on listener: echo TEXT | base64 -d.',
      'Can listener do that without you? On listener: tcpdump -A -ni eth0 tcp port 80. Why does it hear what is not for it?',
      'Read the page with what you have found: wget -q -O - http://NAME:PASSWORD@server/. Then save the capture as pcapng, and open it in Wireshark.',
    ],
  },
};
