# SPDX-License-Identifier: GPL-2.0
# The plots of docs/performance.md, for results.sh, in the directory of the data:
# NAME.dat has a block for each line, NAME.styles the number of its style.
# Variables: payload_top and burst_top, the largest values.
set encoding utf8
set terminal svg size 960,420 font "sans-serif,13" background "#ffffff" dynamic noenhanced
set style line 1 lc rgb "#000000" lw 1.5 pt 5 ps 0.5
set style line 2 lc rgb "#888888" lw 1.5 pt 4 ps 0.5
set style line 3 lc rgb "#cc79a7" lw 1.5 pt 9 ps 0.6
set style line 4 lc rgb "#e6b800" lw 1.5 pt 13 ps 0.6
set style line 5 lc rgb "#e69f00" lw 1.5 pt 11 ps 0.6
set style line 6 lc rgb "#d55e00" lw 1.5 pt 8 ps 0.6
set style line 7 lc rgb "#009e73" lw 3 pt 7 ps 0.7
set style line 8 lc rgb "#0072b2" lw 1.5 pt 6 ps 0.6 dt 2
set style line 9 lc rgb "#56b4e9" lw 1.5 pt 10 ps 0.6 dt 3
set style line 10 lc rgb "#44aa99" lw 1.5 pt 12 ps 0.6 dt 4
set style line 11 lc rgb "#332288" lw 1.5 pt 3 ps 0.6 dt 2
set style line 12 lc rgb "#117733" lw 1.5 pt 2 ps 0.6 dt 3
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
set key outside right top vertical Left reverse samplen 2 spacing 1.2

styles(name) = system("cat ".name.".styles")
title_y = "instructions over plain forwarding"

set logscale x 2
set output "payload.svg"
set xtics (16, 32, 60, 128, 256, 512, 1024)
set xlabel "UDP payload, octets"
set yrange [0:payload_top * 1.05]
set multiplot layout 1,2
set size 0.37,1
set origin 0,0
set title "in: from the device"
set ylabel title_y
unset key
s = styles("payload-in")
plot for [i=1:words(s)] "payload-in.dat" index i-1 using 1:2 with linespoints ls word(s, i) title columnheader(1)
set size 0.63,1
set origin 0.37,0
set title "out: to the device"
unset ylabel
set key
s = styles("payload-out")
plot for [i=1:words(s)] "payload-out.dat" index i-1 using 1:2 with linespoints ls word(s, i) title columnheader(1)
unset multiplot

set output "burst.svg"
set xtics (1, 8, 32)
set xlabel "packets that arrive together"
set yrange [0:burst_top * 1.05]
set multiplot layout 1,2
set size 0.37,1
set origin 0,0
set title "in: from the device"
set ylabel title_y
unset key
s = styles("burst-in")
plot for [i=1:words(s)] "burst-in.dat" index i-1 using 1:2 with linespoints ls word(s, i) title columnheader(1)
set size 0.63,1
set origin 0.37,0
set title "out: to the device"
unset ylabel
set key
s = styles("burst-out")
plot for [i=1:words(s)] "burst-out.dat" index i-1 using 1:2 with linespoints ls word(s, i) title columnheader(1)
unset multiplot

set output "associations.svg"
set size 1,1
set origin 0,0
set logscale x 10
set xtics (1, 10, 100, "1,000" 1000, "10,000" 10000, "100,000" 100000)
set xrange [0.8:130000]
set yrange [0:*]
set ylabel title_y
set xlabel "associations; packets of any at random"
set title "60 octets, AES-128-CCM-8"
s = styles("associations")
plot for [i=1:words(s)] "associations.dat" index i-1 using 1:2 with linespoints ls word(s, i) title columnheader(1)
