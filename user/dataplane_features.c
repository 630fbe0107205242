// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The netlink family `netdev`; libbpf asks it from 1.2 on only. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "dataplane_features.h"
#include "memory.h"

/* linux/netdev.h, which is newer than what this builds with. */
#define NETDEV_FAMILY           "netdev"
#define NETDEV_DEV_GET          1
#define NETDEV_DEV_IFINDEX      1
#define NETDEV_DEV_XDP_FEATURES 3
#define NETDEV_XDP_BASIC        (1u << 0)
#define NETDEV_XDP_RX_SG        (1u << 5)

#define MESSAGE_SIZE 4096
#define PATIENCE_S   1

/* A generic netlink message with room for one attribute, or an answer. */
union message {
	struct {
		struct nlmsghdr header;
		struct genlmsghdr generic;
		unsigned char attributes[MESSAGE_SIZE];
	};
	unsigned char bytes[MESSAGE_SIZE];
};

#define HEADERS_SIZE (sizeof(struct nlmsghdr) + sizeof(struct genlmsghdr))

static int open_netlink(void)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

/* One question with one attribute. True when an answer of that type is in the message. */
static bool ask(int fd, __u16 type, __u8 command, __u16 attribute, const void *value, __u16 size,
		union message *message)
{
	struct nlattr head = {.nla_type = attribute, .nla_len = NLA_HDRLEN + size};
	ssize_t len;

	memset(message, 0, HEADERS_SIZE + NLA_HDRLEN + NLA_ALIGN(size));
	message->header.nlmsg_len = HEADERS_SIZE + NLA_HDRLEN + NLA_ALIGN(size);
	message->header.nlmsg_type = type;
	message->header.nlmsg_flags = NLM_F_REQUEST;
	message->generic.cmd = command;
	message->generic.version = 1;
	memcpy(message->attributes, &head, sizeof(head));
	memcpy(message->attributes + NLA_HDRLEN, value, size);
	if (send(fd, message->bytes, message->header.nlmsg_len, 0) < 0)
		return false;
	len = recv(fd, message->bytes, sizeof(message->bytes), 0);
	return len >= (ssize_t)HEADERS_SIZE && message->header.nlmsg_len <= (size_t)len &&
	       message->header.nlmsg_type == type;
}

/* Copies the attribute's value; false when it is not there, or smaller. */
static bool find_attribute(const union message *message, __u16 type, void *value, size_t size)
{
	size_t end = message->header.nlmsg_len;
	struct nlattr head;

	for (size_t at = HEADERS_SIZE; at + NLA_HDRLEN <= end; at += NLA_ALIGN(head.nla_len)) {
		memcpy(&head, message->bytes + at, sizeof(head));
		if (head.nla_len < NLA_HDRLEN || head.nla_len > end - at)
			return false;
		if ((head.nla_type & NLA_TYPE_MASK) != type)
			continue;
		if (head.nla_len < NLA_HDRLEN + size)
			return false;
		memcpy(value, message->bytes + at + NLA_HDRLEN, size);
		return true;
	}
	return false;
}

struct features features_read(unsigned ifindex)
{
	AUTO_FD int fd = open_netlink();
	union message message;
	__u32 index = ifindex;
	__u16 family;
	__u64 bits;

	if (fd < 0 ||
	    !ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, NETDEV_FAMILY,
		 sizeof(NETDEV_FAMILY), &message) ||
	    !find_attribute(&message, CTRL_ATTR_FAMILY_ID, &family, sizeof(family)) ||
	    !ask(fd, family, NETDEV_DEV_GET, NETDEV_DEV_IFINDEX, &index, sizeof(index), &message) ||
	    !find_attribute(&message, NETDEV_DEV_XDP_FEATURES, &bits, sizeof(bits)))
		return (struct features){};
	return (struct features){
		.known = true,
		.native = bits & NETDEV_XDP_BASIC,
		.multi_buffer = bits & NETDEV_XDP_RX_SG,
	};
}
