# The JavaScript side: tools from npm, pinned by the lock.

## make contracts        compile the contracts and the L2 predeploys
## make contracts-test   test them on anvil, under L1's limits

NODE_MODULES := deploy/node_modules/.installed

# tests/ finds the same packages through a link: Node looks for node_modules upwards only.
$(NODE_MODULES): deploy/package.json deploy/package-lock.json
	cd deploy && $(NPM) ci
	ln -sfn ../deploy/node_modules tests/node_modules
	touch $@
