// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "driver_limits.h"

/*
 * A frame has to fit into a page beside what the driver puts there. As tests/vm/guest/nics_test.sh
 * finds them; ena by drivers/net/ethernet/amazon/ena/ena_xdp.h of Linux 6.12.
 */
static const struct limit {
	const char *driver;
	unsigned overhead;         /* bytes of a page that are not the MTU's; 0: any MTU will do */
	bool multi_buffer;         /* newer kernels lift that, and say so */
	bool native_only_if_told;  /* kernels that do not say so have no native XDP for it */
	bool half_of_the_channels; /* a program wants the other half */
	bool channels_of_the_peer; /* it has to receive on as many as the other end sends on */
} limits[] = {
	{.driver = "virtio_net", .overhead = 32, .multi_buffer = true},
	{.driver = "vmxnet3", .overhead = 602, .native_only_if_told = true},
	{.driver = "ena", .overhead = 598, .half_of_the_channels = true},
	{.driver = "veth", .channels_of_the_peer = true},
};

static const struct limit *find_limit(const char *driver)
{
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (!strcmp(limits[i].driver, driver))
			return &limits[i];
	return NULL;
}

static int check_vlan_tags(const struct driver_facts *facts, struct error *error)
{
	if (!facts->rxvlan)
		return 0;
	return error_set(error, -EINVAL,
			 "interface %s: it lists `vlans`, but the NIC takes the tags out of frames "
			 "before XDP sees them\n"
			 "`ethtool -K %s rxvlan off` mends that",
			 facts->interface, facts->interface);
}

/* Generic mode turns it off by itself. */
static int check_lro(const struct driver_facts *facts, struct error *error)
{
	if (!facts->lro)
		return 0;
	return error_set(error, -EINVAL,
			 "interface %s: the NIC joins frames to larger ones (LRO) before XDP sees "
			 "them\n"
			 "`ethtool -K %s lro off` mends that",
			 facts->interface, facts->interface);
}

static int check_mtu(const struct driver_facts *facts, const struct limit *limit,
		     struct error *error)
{
	unsigned mtu_max = facts->page_size - limit->overhead;

	if (!limit->overhead || facts->mtu <= mtu_max ||
	    (limit->multi_buffer && facts->multi_buffer))
		return 0;
	return error_set(error, -EINVAL,
			 "interface %s: its MTU is %u, and its driver (%s) has native XDP up to %u "
			 "only\n"
			 "`ip link set dev %s mtu %u` mends that",
			 facts->interface, facts->mtu, facts->driver, mtu_max, facts->interface,
			 mtu_max);
}

static int check_channels(const struct driver_facts *facts, const struct limit *limit,
			  struct error *error)
{
	unsigned half = facts->channels_max / 2;

	if (!limit->half_of_the_channels || !half || facts->channels <= half)
		return 0;
	return error_set(error, -EINVAL,
			 "interface %s: it uses %u of %u channels, and its driver (%s) has native "
			 "XDP with half of them only\n"
			 "`ethtool -L %s combined %u` mends that",
			 facts->interface, facts->channels, facts->channels_max, facts->driver,
			 facts->interface, half);
}

/* How many those are is told to the other end alone, which may be out of sight. */
static int check_peer(const struct driver_facts *facts, const struct limit *limit,
		      struct error *error)
{
	if (!limit->channels_of_the_peer || !facts->features_known || facts->native)
		return 0;
	return error_set(error, -EINVAL,
			 "interface %s: its peer sends on more channels than the %u that it "
			 "receives on, and so its driver (%s) has no native XDP\n"
			 "`ethtool -L PEER tx %u`, with the peer's name, mends that",
			 facts->interface, facts->receive_channels, facts->driver,
			 facts->receive_channels);
}

int driver_limits_check(const struct driver_facts *facts, const struct interface *interface,
			struct error *error)
{
	const struct limit *limit = find_limit(facts->driver);
	int err = interface->lists_vlans ? check_vlan_tags(facts, error) : 0;

	if (err || interface->xdp == XDP_GENERIC)
		return err;
	err = check_lro(facts, error);
	if (err || !limit)
		return err;
	if (limit->native_only_if_told && !facts->native)
		return 0;
	err = check_channels(facts, limit, error);
	if (!err)
		err = check_peer(facts, limit, error);
	return err ? err : check_mtu(facts, limit, error);
}
