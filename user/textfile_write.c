// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "textfile.h"

/* Renaming over a device would replace it: /dev/null, say, for the whole machine. */
static int check_target(const char *path, struct error *error)
{
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? 0
				       : error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return error_set(error, -EINVAL, "%s: not a regular file", path);
	return 0;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t written = write(fd, text, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		len -= (size_t)written;
	}
	return 0;
}

/* node_exporter runs as another user: 0644 whatever the umask. */
static int fill(int fd, const char *text, size_t len)
{
	int err = write_all(fd, text, len);

	if (err)
		return err;
	if (fchmod(fd, 0644) || fsync(fd))
		return -errno;
	return 0;
}

static int fill_and_rename(int fd, const char *beside, const char *path, const char *text,
			   size_t len)
{
	int err = fill(fd, text, len);

	if (!err && rename(beside, path))
		err = -errno;
	return err;
}

int textfile_write(const char *path, const char *text, size_t len, struct error *error)
{
	/* The collector reads whatever ends in .prom; this never does. */
	AUTO_FREE char *beside = memory_format("%s.tmp-XXXXXX", path);
	AUTO_FD int fd = -1;
	int err = check_target(path, error);

	if (err)
		return err;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	err = fill_and_rename(fd, beside, path, text, len);
	if (err) {
		unlink(beside);
		return error_set(error, err, "%s: %s", path, strerror(-err));
	}
	return 0;
}
