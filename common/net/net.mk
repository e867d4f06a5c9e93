LDLIBS += -lmicrohttpd
