// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What a NIC's driver would refuse is told before, with the command that mends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "driver_limits.h"

static struct error error;

static struct driver_facts facts_of(const char *driver)
{
	struct driver_facts facts = {
		.interface = "nic0",
		.page_size = 4096,
		.mtu = 1500,
		.features_known = true,
		.native = true,
	};

	snprintf(facts.driver, sizeof(facts.driver), "%s", driver);
	return facts;
}

static int check_as(const struct driver_facts *facts, enum xdp_mode xdp, bool lists_vlans)
{
	const struct interface interface = {.xdp = xdp, .lists_vlans = lists_vlans};

	error.text[0] = '\0';
	return driver_limits_check(facts, &interface, &error);
}

static void assert_fit(const struct driver_facts *facts)
{
	if (check_as(facts, XDP_NATIVE, false))
		fail_msg("%s", error.text);
}

static void assert_mend(const struct driver_facts *facts, const char *command)
{
	assert_int_equal(check_as(facts, XDP_NATIVE, false), -EINVAL);
	if (!strstr(error.text, command))
		fail_msg("said no %s: %s", command, error.text);
}

static void vlan_tags_out_of_frames_are_refused_where_vlans_are_listed(void **state)
{
	struct driver_facts facts = facts_of("e1000");

	(void)state;
	facts.rxvlan = true;
	assert_fit(&facts);
	assert_int_equal(check_as(&facts, XDP_GENERIC, true), -EINVAL);
	assert_int_equal(check_as(&facts, XDP_NATIVE, true), -EINVAL);
	assert_non_null(strstr(error.text, "`ethtool -K nic0 rxvlan off`"));
}

static void lro_is_refused_but_in_generic_mode(void **state)
{
	struct driver_facts facts = facts_of("ixgbe");

	(void)state;
	facts.lro = true;
	assert_mend(&facts, "`ethtool -K nic0 lro off`");
	assert_int_equal(check_as(&facts, XDP_NATIVE_OR_GENERIC, false), -EINVAL);
	assert_int_equal(check_as(&facts, XDP_GENERIC, false), 0);
}

static void virtio_net_takes_a_page_unless_the_kernel_says_more(void **state)
{
	struct driver_facts facts = facts_of("virtio_net");

	(void)state;
	facts.features_known = facts.native = false;
	facts.mtu = 4064;
	assert_fit(&facts);
	facts.mtu = 4065;
	assert_mend(&facts, "`ip link set dev nic0 mtu 4064`");
	facts.mtu = 9000;
	assert_mend(&facts, "its MTU is 9000");
	assert_int_equal(check_as(&facts, XDP_GENERIC, false), 0);
	facts.features_known = facts.native = facts.multi_buffer = true;
	assert_fit(&facts);
}

static void pages_of_another_size_move_the_limit(void **state)
{
	struct driver_facts facts = facts_of("virtio_net");

	(void)state;
	facts.mtu = 9000;
	facts.page_size = 65536;
	assert_fit(&facts);
}

static void vmxnet3_takes_a_page_where_it_has_native_mode_at_all(void **state)
{
	struct driver_facts facts = facts_of("vmxnet3");

	(void)state;
	facts.mtu = 3494;
	assert_fit(&facts);
	facts.mtu = 3495;
	assert_mend(&facts, "`ip link set dev nic0 mtu 3494`");
	facts.multi_buffer = true;
	assert_mend(&facts, "`ip link set dev nic0 mtu 3494`");
	facts.features_known = facts.native = false;
	assert_fit(&facts);
}

static void ena_wants_half_of_its_channels(void **state)
{
	struct driver_facts facts = facts_of("ena");

	(void)state;
	facts.channels_max = 8;
	facts.channels = 4;
	assert_fit(&facts);
	facts.channels = 5;
	facts.native = false; /* as the kernel says then */
	assert_mend(&facts, "`ethtool -L nic0 combined 4`");
	facts.channels = 4;
	facts.mtu = 9001;
	assert_mend(&facts, "`ip link set dev nic0 mtu 3498`");
}

static void veth_receives_on_as_many_channels_as_its_peer_sends_on(void **state)
{
	struct driver_facts facts = facts_of("veth");

	(void)state;
	facts.receive_channels = 2;
	facts.mtu = 65535;
	assert_fit(&facts);
	facts.native = false;
	assert_mend(&facts, "`ethtool -L PEER tx 2`");
	facts.features_known = false;
	assert_fit(&facts);
}

static void of_a_driver_that_is_not_known_nothing_is_refused(void **state)
{
	struct driver_facts facts = facts_of("new");

	(void)state;
	facts.mtu = 9000;
	facts.native = false;
	facts.channels = facts.channels_max = 8;
	assert_fit(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vlan_tags_out_of_frames_are_refused_where_vlans_are_listed),
		cmocka_unit_test(lro_is_refused_but_in_generic_mode),
		cmocka_unit_test(virtio_net_takes_a_page_unless_the_kernel_says_more),
		cmocka_unit_test(pages_of_another_size_move_the_limit),
		cmocka_unit_test(vmxnet3_takes_a_page_where_it_has_native_mode_at_all),
		cmocka_unit_test(ena_wants_half_of_its_channels),
		cmocka_unit_test(veth_receives_on_as_many_channels_as_its_peer_sends_on),
		cmocka_unit_test(of_a_driver_that_is_not_known_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
