// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <linux/capability.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include "capability.h"
#include "dataplane_driver.h"
#include "dataplane_shared.h"
#include "memory.h"

/* libxdp's object, and its program that a compatible one may replace. */
#define DISPATCHER_OBJECT "xdp-dispatcher.o"
#define REPLACEABLE       "xdp_pass"

/* What libxdp said last. */
static char said[256];

static int listen_to_libxdp(enum libxdp_print_level level, const char *format, va_list arguments)
{
	if (level == LIBXDP_DEBUG)
		return 0;
	vsnprintf(said, sizeof(said), format, arguments);
	said[strcspn(said, "\n")] = '\0';
	return 0;
}

static void listen(void)
{
	said[0] = '\0';
	libxdp_set_print(listen_to_libxdp);
}

/* "what: why", and what libxdp itself had to say. */
static int failed(int err, const char *what, const char *name, struct error *error)
{
	return error_set(error, err, "interface %s: %s: %s%s%s", name, what, strerror(-err),
			 said[0] ? "\nlibxdp says: " : "", said);
}

/* The first with freplace programs in more than one place at once, which a new dispatcher needs. */
static int require_kernel(struct error *error)
{
	struct utsname kernel = {};
	unsigned major = 0, minor = 0;

	uname(&kernel);
	sscanf(kernel.release, "%u.%u", &major, &minor);
	if (major > 5 || (major == 5 && minor >= 10))
		return 0;
	return error_set(error, -ENOSYS,
			 "`attach: shared` needs Linux 5.10 or newer, and this is %s\n"
			 "`attach: exclusive` does without",
			 kernel.release);
}

static int require_bpffs(struct error *error)
{
	const char *path = dispatcher_bpffs();

	if (!run_is_bpffs(path))
		return error_set(error, -ENOENT,
				 "`attach: shared` needs a bpffs at %s, where libxdp keeps what "
				 "holds its dispatchers\n"
				 "`mount -t bpf bpf %s` mounts one",
				 path, path);
	if (!run_outlives_us(path))
		return error_set(error, -EXDEV,
				 "`attach: shared` needs the bpffs at %s that PID 1 sees: this one "
				 "vanishes with the mount namespace of this command, and the "
				 "filter with it\n"
				 "`nsenter -t 1 -m` runs a command where PID 1 does",
				 path);
	return 0;
}

int shared_require(struct error *error)
{
	int err = require_kernel(error);

	if (!err && !capability_is_held(CAP_SYS_ADMIN))
		err = error_set(error, -EPERM,
				"`attach: shared` needs CAP_SYS_ADMIN, to read the dispatchers of "
				"others and to put programs into them\n"
				"`attach: exclusive` does without");
	return err ? err : require_bpffs(error);
}

int shared_require_mode(const struct nic *nic, enum xdp_mode xdp, struct error *error)
{
	if (!nic->program_id || nic_mode_fits(nic, xdp))
		return 0;
	return error_set(error, -EBUSY,
			 "interface %s: its dispatcher runs in %s mode, and `xdp` asks for "
			 "another\n"
			 "only where nothing is on the interface can that be chosen",
			 nic->name, nic->generic ? "generic" : "native");
}

/* Of ours there are two at the most while a new one comes. */
int shared_require_room(const struct nic *nic, struct error *error)
{
	size_t ours = dispatcher_count_ours(&nic->dispatcher);
	size_t others = nic->dispatcher.count - ours;

	if (others + (ours ? 2 : 1) <= NIC_PROGRAMS_MAX)
		return 0;
	return error_set(error, -E2BIG,
			 "interface %s: its dispatcher holds %zu programs of others, and has no "
			 "room for the new one beside the former\n"
			 "it has %d places: take one of the others off first",
			 nic->name, others, NIC_PROGRAMS_MAX);
}

/* A loaded program that ours may replace, as libxdp's own look at the kernel does. */
static struct xdp_program *load_replaceable(struct error *error)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .find_filename = DISPATCHER_OBJECT,
			    .prog_name = REPLACEABLE);
	struct xdp_program *program = xdp_program__create(&options);
	int err;

	if (!program) {
		err = -errno;
		error_set(error, err, "cannot open libxdp's %s: %s%s%s", DISPATCHER_OBJECT,
			  strerror(-err), said[0] ? "\nlibxdp says: " : "", said);
		return NULL;
	}
	err = bpf_object__load(xdp_program__bpf_obj(program));
	if (!err)
		return program;
	error_set(error, err, "the kernel refuses libxdp's %s: %s", DISPATCHER_OBJECT,
		  strerror(-err));
	xdp_program__close(program);
	return NULL;
}

static int aim_at(struct bpf_program *program, struct xdp_program *target)
{
	struct bpf_object *object = xdp_program__bpf_obj(target);
	int fd = bpf_program__fd(bpf_object__find_program_by_name(object, REPLACEABLE));
	int err = bpf_program__set_attach_target(program, fd, REPLACEABLE);

	if (!err)
		err = bpf_program__set_type(program, BPF_PROG_TYPE_EXT);
	return err ? err : bpf_program__set_expected_attach_type(program, 0);
}

/*
 * libxdp loads a program when it attaches it, or when it runs it in a dispatcher on no NIC. The
 * latter it does here, so that all are loaded before any NIC changes; and that no dispatcher can
 * be had shows here, where libxdp cannot fall back to the program alone. The frame that it is to
 * run on is so short that the kernel refuses it: nothing is judged or counted.
 */
static int load_and_try(struct xdp_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, no_frame);
	int err = xdp_program__test_run(program, &no_frame, 0);

	return err == -EINVAL ? 0 : err;
}

static int load_aimed(struct bpf_object *object, struct bpf_program *program,
		      struct xdp_program **loaded, struct error *error)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, options, .obj = object,
			    .prog_name = bpf_program__name(program));
	struct xdp_program *shared = xdp_program__create(&options);
	int err;

	if (!shared)
		return -errno;
	xdp_program__set_run_prio(shared, SHARED_RUN_PRIORITY);
	err = load_and_try(shared);
	if (xdp_program__fd(shared) < 0) {
		xdp_program__close(shared);
		return err ? err : -EINVAL;
	}
	*loaded = shared;
	if (!err)
		return 0;
	return error_set(error, err, "`attach: shared`: libxdp can make no dispatcher here: %s%s%s",
			 strerror(-err), said[0] ? "\nlibxdp says: " : "", said);
}

int shared_load(struct bpf_object *object, struct bpf_program *program, struct xdp_program **loaded,
		struct error *error)
{
	struct xdp_program *target;
	int err;

	listen();
	error->text[0] = '\0';
	target = load_replaceable(error);
	if (!target)
		return -ENOENT;
	err = aim_at(program, target);
	if (!err)
		err = load_aimed(object, program, loaded, error);
	if (err == -EPERM && !*loaded)
		error_set(error, err,
			  "`attach: shared`: this kernel refuses programs that replace a function "
			  "of another (freplace), and libxdp's dispatcher is made of those\n"
			  "`attach: exclusive` does without");
	xdp_program__close(target);
	return err;
}

void shared_close(struct xdp_program *program)
{
	xdp_program__close(program);
}

__u32 shared_program_id(const struct xdp_program *program)
{
	return xdp_program__id(program);
}

/* Puts it there, and sees that it is in a dispatcher: libxdp is content without. */
static int attach(const struct run *run, const struct nic *nic, enum xdp_attach_mode mode,
		  struct xdp_program *program, struct error *error)
{
	struct dispatcher dispatcher;
	int err;

	driver_listen();
	err = xdp_program__attach(program, nic->ifindex, mode, 0);
	if (err && driver_was_heard())
		return driver_explain_heard(nic->name, err, error);
	if (err)
		return failed(err, "libxdp could not add the program", nic->name, error);
	dispatcher_read(run, nic->ifindex, nic_runs(nic->ifindex), &dispatcher);
	if (dispatcher_find(&dispatcher, xdp_program__id(program)))
		return 0;
	return error_set(error, -EIO,
			 "interface %s: libxdp added the program, and it is not in the dispatcher "
			 "that the interface runs: did somebody take it off at once?",
			 nic->name);
}

static void close_programs(struct xdp_program **programs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		xdp_program__close(programs[i]);
}

/* Opens the programs of ours in the dispatcher that are to go; only or but 0: no matter. */
static int open_programs(const struct dispatcher *dispatcher, __u32 only, __u32 but,
			 struct xdp_program *programs[NIC_PROGRAMS_MAX], size_t *count)
{
	for (size_t i = 0; i < dispatcher->count; i++) {
		const struct nic_program *program = &dispatcher->programs[i];
		AUTO_FREE char *pin = dispatcher_program_pin(dispatcher, program->place);

		if (!program->ours || program->id == but || (only && program->id != only))
			continue;
		programs[*count] = xdp_program__from_pin(pin);
		if (libxdp_get_error(programs[*count]))
			return -errno;
		(*count)++;
	}
	return 0;
}

static int remove_programs(const struct run *run, const struct nic *nic, __u32 only, __u32 but,
			   struct error *error)
{
	struct xdp_program *programs[NIC_PROGRAMS_MAX];
	struct nic now;
	size_t count = 0;
	int err = nic_inspect(run, nic->name, &now, error);

	if (err)
		return err;
	listen();
	libbpf_set_print(NULL); /* it finds the dispatcher's file odd */
	err = open_programs(&now.dispatcher, only, but, programs, &count);
	if (!err && count)
		err = xdp_program__detach_multi(programs, count, now.ifindex,
						now.generic ? XDP_MODE_SKB : XDP_MODE_NATIVE, 0);
	close_programs(programs, count);
	nic_close(&now);
	return err ? failed(err, "libxdp could not take out the former program", nic->name, error)
		   : 0;
}

int shared_remove(const struct run *run, const struct nic *nic, __u32 program_id,
		  struct error *error)
{
	return remove_programs(run, nic, program_id, 0, error);
}

int shared_remove_all_but(const struct run *run, const struct nic *nic, __u32 program_id,
			  struct error *error)
{
	return remove_programs(run, nic, 0, program_id, error);
}

/* An apply that was killed between a program's coming and the former's going left both. */
static int leave_one(const struct run *run, const struct nic *nic, struct error *error)
{
	__u32 last = 0;

	if (dispatcher_count_ours(&nic->dispatcher) < 2)
		return 0;
	for (size_t i = 0; i < nic->dispatcher.count; i++)
		if (nic->dispatcher.programs[i].ours && nic->dispatcher.programs[i].id > last)
			last = nic->dispatcher.programs[i].id;
	return shared_remove_all_but(run, nic, last, error);
}

int shared_add(const struct run *run, const struct nic *nic, enum xdp_mode xdp,
	       struct xdp_program *program, struct error *error)
{
	bool generic = nic->program_id ? nic->generic : xdp == XDP_GENERIC;
	int err;

	err = leave_one(run, nic, error);
	if (err)
		return err;
	listen();
	err = attach(run, nic, generic ? XDP_MODE_SKB : XDP_MODE_NATIVE, program, error);
	if (err == -EOPNOTSUPP && xdp == XDP_NATIVE_OR_GENERIC && !nic->program_id)
		err = attach(run, nic, XDP_MODE_SKB, program, error);
	return err;
}
