# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make install, make uninstall: the program, its units, and a first configuration. Starts nothing.

PREFIX  ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
UNITDIR ?= $(PREFIX)/lib/systemd/system
CONFIGDIR := /etc/directorgate
UNITS   := directorgate.service directorgate@.service run-directorgate-bpf.mount \
           directorgate-export.service directorgate-export.timer

.PHONY: install
install: $(BUILD)/directorgate
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(UNITDIR) $(DESTDIR)$(CONFIGDIR)
	install -m 0755 $(BUILD)/directorgate $(DESTDIR)$(SBINDIR)/directorgate
	@# The units name the program where it is installed.
	for unit in $(UNITS); do \
		sed 's|/usr/local/sbin|$(SBINDIR)|g' deploy/$$unit > $(DESTDIR)$(UNITDIR)/$$unit && \
		chmod 0644 $(DESTDIR)$(UNITDIR)/$$unit || exit 1; \
	done
	@# The site's own configuration is never written over.
	test -e $(DESTDIR)$(CONFIGDIR)/directorgate.yaml || \
		install -m 0644 deploy/directorgate.yaml $(DESTDIR)$(CONFIGDIR)/directorgate.yaml

# What is attached stays attached, and the configuration stays too: `directorgate detach` first.
.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/directorgate $(UNITS:%=$(DESTDIR)$(UNITDIR)/%)
