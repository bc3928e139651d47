package vnet_test

import (
	"bufio"
	"fmt"
	"net/netip"
	"time"

	"github.com/smtpsim/smtpsim/sim/vnet"
)

// Two hosts, one connection, one line; an hour of waiting costs nothing.
func Example() {
	n := vnet.New(vnet.Options{Seed: 1})
	defer n.Close()
	mx := n.AddHost(vnet.HostConfig{Name: "mx.west.example", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.25")}}).Ports()
	ws := n.AddHost(vnet.HostConfig{Name: "ws.nord.example", Addrs: []netip.Addr{netip.MustParseAddr("198.51.100.7")}}).Ports()
	n.SetLink("mx.west.example", "ws.nord.example", vnet.Link{Latency: 20 * time.Millisecond})

	mx.Go("smtpd", func() {
		l, _ := mx.Listen(netip.MustParseAddrPort("0.0.0.0:25"))
		c, _ := l.Accept()
		fmt.Fprintf(c, "220 mx.west.example ESMTP\r\n")
		c.Close()
	})
	ws.Go("user", func() {
		ws.Clock.Sleep(time.Hour)
		c, err := ws.Dialer.Dial(netip.MustParseAddrPort("192.0.2.25:25"), 0)
		if err != nil {
			fmt.Println(err)
			return
		}
		line, _ := bufio.NewReader(c).ReadString('\n')
		fmt.Printf("%s %q\n", ws.Clock.Now().Format("15:04:05.000"), line)
		ws.Clock.Sleep(time.Second)
		c.Close()
	})
	n.RunIdle()
	fmt.Println(n.Frames(), "frames, stuck:", n.Stuck())
	// Output:
	// 09:00:00.080 "220 mx.west.example ESMTP\r\n"
	// 8 frames, stuck: []
}
