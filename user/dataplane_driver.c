// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane_driver.h"
#include "dataplane_features.h"
#include "driver_limits.h"
#include "memory.h"

/* One question about a NIC; false when there is no answer. */
static bool ask(const char *name, unsigned long question, struct ifreq *request)
{
	AUTO_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
	return fd >= 0 && !ioctl(fd, question, request);
}

static bool ask_driver(const char *name, void *question)
{
	struct ifreq request = {.ifr_data = question};

	return ask(name, SIOCETHTOOL, &request);
}

static void find_driver(const char *name, char driver[32])
{
	struct ethtool_drvinfo information = {.cmd = ETHTOOL_GDRVINFO};

	snprintf(driver, 32, "%s", ask_driver(name, &information) ? information.driver : "unknown");
}

static void read_offloads(struct driver_facts *facts)
{
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};

	if (!ask_driver(facts->interface, &flags))
		return;
	facts->rxvlan = flags.data & ETH_FLAG_RXVLAN;
	facts->lro = flags.data & ETH_FLAG_LRO;
}

static void read_channels(struct driver_facts *facts)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};

	if (!ask_driver(facts->interface, &channels))
		return;
	facts->channels = channels.combined_count;
	facts->channels_max = channels.max_combined;
	facts->receive_channels = channels.rx_count;
}

static void read_mtu(struct driver_facts *facts)
{
	struct ifreq request = {};

	if (ask(facts->interface, SIOCGIFMTU, &request))
		facts->mtu = request.ifr_mtu;
}

int driver_require(unsigned ifindex, const struct interface *interface, struct error *error)
{
	struct features features = features_read(ifindex);
	struct driver_facts facts = {
		.interface = interface->name,
		.page_size = sysconf(_SC_PAGESIZE),
		.features_known = features.known,
		.native = features.native,
		.multi_buffer = features.multi_buffer,
	};

	find_driver(facts.interface, facts.driver);
	read_offloads(&facts);
	read_channels(&facts);
	read_mtu(&facts);
	return driver_limits_check(&facts, interface, error);
}

/* What the kernel says of a driver without any. */
#define NO_NATIVE "does not support XDP in native mode"

/* What the kernel said of the last refusal, "" when nothing. libbpf has no other way to give it. */
static char kernel_words[256];

static int listen_to_kernel(enum libbpf_print_level level, const char *format, va_list arguments)
{
	static const char start[] = "Kernel error message: ";
	char line[sizeof(kernel_words) + sizeof(start)];
	const char *words;

	(void)level;
	vsnprintf(line, sizeof(line), format, arguments);
	words = strstr(line, start);
	if (words) {
		snprintf(kernel_words, sizeof(kernel_words), ": %s", words + strlen(start));
		kernel_words[strcspn(kernel_words, "\n")] = '\0';
	}
	return 0;
}

void driver_listen(void)
{
	kernel_words[0] = '\0';
	libbpf_set_print(listen_to_kernel);
}

bool driver_was_heard(void)
{
	return kernel_words[0];
}

int driver_explain_heard(const char *name, int err, struct error *error)
{
	char driver[32];

	find_driver(name, driver);
	if (err == -EOPNOTSUPP && (!kernel_words[0] || strstr(kernel_words, NO_NATIVE)))
		return error_set(error, err,
				 "interface %s: its driver (%s) has no native XDP\n"
				 "`xdp: native-or-generic` or `xdp: generic` would let it run in "
				 "generic mode",
				 name, driver);
	return error_set(error, err, "interface %s: its driver (%s) refuses the program: %s%s",
			 name, driver, strerror(-err), kernel_words);
}

/* A program that is let in after all is taken off: whoever asks was refused. */
static void ask_why(unsigned ifindex, int program_fd, unsigned flags)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = program_fd);
	libbpf_print_fn_t former = libbpf_set_print(listen_to_kernel);

	kernel_words[0] = '\0';
	if (!bpf_xdp_attach(ifindex, program_fd, flags | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL))
		bpf_xdp_detach(ifindex, flags, &options);
	libbpf_set_print(former);
}

int driver_explain(unsigned ifindex, const char *name, int program_fd, unsigned flags, int err,
		   struct error *error)
{
	if (err == -EBUSY || err == -EEXIST)
		return error_set(error, err, "interface %s: another XDP program came first", name);
	ask_why(ifindex, program_fd, flags);
	return driver_explain_heard(name, err, error);
}
