// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "dataplane_driver.h"
#include "dataplane_nic.h"
#include "memory.h"

#define LOOKS_MAX 8

static int inspect_link(struct nic *nic, struct error *error)
{
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);

	nic->link_fd = bpf_obj_get(nic->pin);
	if (nic->link_fd < 0 && errno == ENOENT)
		return 0;
	if (nic->link_fd < 0 || bpf_obj_get_info_by_fd(nic->link_fd, &info, &len))
		return error_set(error, -errno, "cannot read the pinned link %s: %s", nic->pin,
				 strerror(errno));
	nic->link_ifindex = info.xdp.ifindex;
	nic->link_program_id = info.prog_id;
	return 0;
}

/* The program on a NIC, and how it is attached. */
static int query(unsigned ifindex, __u32 *program_id, bool *generic)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, answer);
	int err = bpf_xdp_query(ifindex, 0, &answer);

	if (err)
		return err;
	*program_id = answer.prog_id;
	*generic = answer.attach_mode == XDP_ATTACHED_SKB;
	if (answer.attach_mode == XDP_ATTACHED_MULTI)
		*program_id = answer.drv_prog_id   ? answer.drv_prog_id
			      : answer.skb_prog_id ? answer.skb_prog_id
						   : answer.hw_prog_id;
	return 0;
}

__u32 nic_runs(unsigned ifindex)
{
	__u32 program_id = 0;
	bool generic;

	return query(ifindex, &program_id, &generic) ? 0 : program_id;
}

/* Others build dispatchers anew as they come and go: a look that missed a change is repeated. */
static int inspect_program(const struct run *run, struct nic *nic, struct error *error)
{
	if (!nic->ifindex)
		return 0;
	for (int i = 0; i < LOOKS_MAX; i++) {
		__u32 before = nic->program_id;
		int err = query(nic->ifindex, &nic->program_id, &nic->generic);

		if (err)
			return error_set(error, err, "cannot ask what XDP program %s carries: %s",
					 nic->name, strerror(-err));
		if (nic_is_linked(nic) || (i && nic->program_id == before))
			break;
		dispatcher_read(run, nic->ifindex, nic->program_id, &nic->dispatcher);
	}
	return 0;
}

/* The name of the NIC that carries this pinned link's program; false: there is none. */
static bool find_carrier(const char *pin, char name[IF_NAMESIZE])
{
	AUTO_FD int fd = bpf_obj_get(pin);
	struct bpf_link_info info = {};
	__u32 len = sizeof(info), program_id = 0;

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) &&
	       if_indextoname(info.xdp.ifindex, name) &&
	       !bpf_xdp_query_id(info.xdp.ifindex, 0, &program_id) && program_id == info.prog_id;
}

/* Too long to be a NIC's name. */
#define ASIDE "renamed-interface-"

/* Renames a pin that is not called as its NIC is; `aside` is what to put before the name. */
static void rename_pin(const struct run *run, const char *links, const char *pin, const char *aside)
{
	AUTO_FREE char *path = memory_format("%s/%s", links, pin), *fitting = NULL, *target = NULL;
	char name[IF_NAMESIZE];

	if (!find_carrier(path, name))
		return;
	fitting = run_link_path(run, name);
	if (strcmp(path, fitting) == 0)
		return;
	target = memory_format("%s/%s%s", links, aside, strrchr(fitting, '/') + 1);
	rename(path, target);
}

static void rename_pins(const struct run *run, const char *aside)
{
	AUTO_FREE char *links = run_links_path(run);
	char **pins;
	size_t count = run_list(links, &pins);

	for (size_t i = 0; i < count; i++)
		rename_pin(run, links, pins[i], aside);
	run_free_list(pins, count);
}

/* First aside: two may have swapped names. */
void nic_follow_names(const struct run *run)
{
	rename_pins(run, ASIDE);
	rename_pins(run, "");
}

int nic_inspect(const struct run *run, const char *name, struct nic *nic, struct error *error)
{
	int err;

	*nic = (struct nic){.link_fd = -1, .pin = run_link_path(run, name)};
	snprintf(nic->name, sizeof(nic->name), "%s", name);
	nic->ifindex = if_nametoindex(name);
	err = inspect_link(nic, error);
	if (!err)
		err = inspect_program(run, nic, error);
	if (err)
		nic_close(nic);
	return err;
}

void nic_close(struct nic *nic)
{
	if (nic->link_fd >= 0)
		close(nic->link_fd);
	free(nic->pin);
	nic->link_fd = -1;
	nic->pin = NULL;
}

bool nic_is_linked(const struct nic *nic)
{
	return nic->link_fd >= 0 && nic->ifindex && nic->link_ifindex == nic->ifindex;
}

bool nic_is_shared(const struct nic *nic)
{
	return dispatcher_count_ours(&nic->dispatcher);
}

bool nic_is_foreign(const struct nic *nic)
{
	return nic->program_id && !nic_is_linked(nic) &&
	       (!nic_is_shared(nic) ||
		dispatcher_count_ours(&nic->dispatcher) < nic->dispatcher.count);
}

void nic_program_name(__u32 program_id, char name[16])
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(program_id);

	name[0] = '\0';
	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len))
		snprintf(name, 16, "%s", info.name);
	close(fd);
}

bool nic_mode_fits(const struct nic *nic, enum xdp_mode xdp)
{
	return xdp == XDP_NATIVE_OR_GENERIC || nic->generic == (xdp == XDP_GENERIC);
}

static int create_link(const struct nic *nic, int program_fd, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);

	return bpf_link_create(program_fd, nic->ifindex, BPF_XDP, &options);
}

static int attach(struct nic *nic, enum xdp_mode xdp, int program_fd, struct error *error)
{
	__u32 flags = xdp == XDP_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	int fd = create_link(nic, program_fd, flags);

	if (fd == -EOPNOTSUPP && xdp == XDP_NATIVE_OR_GENERIC) {
		flags = XDP_FLAGS_SKB_MODE;
		fd = create_link(nic, program_fd, flags);
	}
	if (fd < 0)
		return driver_explain(nic->ifindex, nic->name, program_fd, flags, fd, error);
	if (bpf_obj_pin(fd, nic->pin)) {
		int err = -errno;

		close(fd);
		return error_set(error, err, "cannot pin the link of %s at %s: %s", nic->name,
				 nic->pin, strerror(-err));
	}
	nic->link_fd = fd;
	nic->link_ifindex = nic->ifindex;
	return 0;
}

int nic_switch(struct nic *nic, enum xdp_mode xdp, int program_fd, struct error *error)
{
	int err;

	if (nic_is_linked(nic) && nic_mode_fits(nic, xdp)) {
		err = bpf_link_update(nic->link_fd, program_fd, NULL);
		return err ? error_set(error, err, "cannot switch the program of %s: %s", nic->name,
				       strerror(-err))
			   : 0;
	}
	nic_detach(nic);
	return attach(nic, xdp, program_fd, error);
}

void nic_detach(struct nic *nic)
{
	if (nic->link_fd < 0)
		return;
	bpf_link_detach(nic->link_fd);
	unlink(nic->pin);
	close(nic->link_fd);
	nic->link_fd = -1;
}
