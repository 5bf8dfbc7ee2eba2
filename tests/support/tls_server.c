/* SPDX-License-Identifier: ISC */
/* Keeps a list of live connections so that stopping can wait for them. */
#include "support/tls_server.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>

/* A silent client frees its thread after this. */
#define IDLE_S 60

struct tls_stream {
	struct tls_stream *next;
	struct tls_server *server;
	int fd;
	SSL *ssl;
};

struct tls_server {
	int fd;
	int port;
	SSL_CTX *ctx;
	void (*serve)(struct tls_stream *stream, void *arg);
	void *arg;
	pthread_t acceptor;
	pthread_mutex_t lock;
	pthread_cond_t gone;
	struct tls_stream *streams;
	unsigned accepted;
};

static void require(bool ok, const char *what)
{
	if (ok)
		return;

	fprintf(stderr, "tls_server: %s failed\n", what);
	abort();
}

static void forget(struct tls_stream *stream)
{
	struct tls_server *server = stream->server;
	struct tls_stream **at = &server->streams;

	pthread_mutex_lock(&server->lock);
	while (*at != stream)
		at = &(*at)->next;
	*at = stream->next;
	close(stream->fd);
	pthread_cond_signal(&server->gone);
	pthread_mutex_unlock(&server->lock);
	free(stream);
}

/* Gives a stream its TLS, where there is any. */
static void equip(struct tls_stream *stream)
{
	struct tls_server *server = stream->server;

	pthread_mutex_lock(&server->lock);
	if (server->ctx != NULL) {
		stream->ssl = SSL_new(server->ctx);
		require(stream->ssl != NULL &&
		    SSL_set_fd(stream->ssl, stream->fd) == 1, "TLS");
	}
	pthread_mutex_unlock(&server->lock);
}

static void *run_stream(void *arg)
{
	struct tls_stream *stream = arg;
	struct tls_server *server = stream->server;
	bool ready;

	equip(stream);
	ready = stream->ssl == NULL || SSL_accept(stream->ssl) == 1;
	if (ready)
		server->serve(stream, server->arg);
	/* A body that ends with the connection needs a proper end. */
	if (ready && stream->ssl != NULL)
		SSL_shutdown(stream->ssl);

	SSL_free(stream->ssl);
	/* The program may end before this thread does, which nobody joins. */
	OPENSSL_thread_stop();
	forget(stream);
	return NULL;
}

static void start_stream(struct tls_server *server, int fd)
{
	struct timeval idle = {.tv_sec = IDLE_S};
	struct tls_stream *stream = calloc(1, sizeof(*stream));
	pthread_attr_t attr;
	pthread_t thread;
	int on = 1;

	require(stream != NULL, "memory");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	stream->server = server;
	stream->fd = fd;

	pthread_mutex_lock(&server->lock);
	stream->next = server->streams;
	server->streams = stream;
	server->accepted++;
	pthread_mutex_unlock(&server->lock);

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	require(pthread_create(&thread, &attr, run_stream, stream) == 0,
	    "thread");
	pthread_attr_destroy(&attr);
}

static void *run_acceptor(void *arg)
{
	struct tls_server *server = arg;
	int fd;

	while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		start_stream(server, fd);

	return NULL;
}

static SSL_CTX *context(const struct cert *cert, int tls_version_most)
{
	SSL_CTX *ctx;

	if (cert == NULL)
		return NULL;

	ctx = SSL_CTX_new(TLS_server_method());
	require(ctx != NULL &&
	    SSL_CTX_use_certificate(ctx, cert->x509) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, cert->key) == 1, "TLS");
	if (tls_version_most != 0) {
		/* Old versions sign with SHA-1, which needs level 0. */
		SSL_CTX_set_security_level(ctx, 0);
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(ctx, tls_version_most);
	}
	return ctx;
}

static int listen_on(int port, int *bound)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	require(fd >= 0, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
	    listen(fd, SOMAXCONN) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		close(fd);
		return -1;
	}

	*bound = ntohs(address.sin_port);
	return fd;
}

struct tls_server *tls_server_start(const struct tls_server_settings *settings)
{
	struct tls_server *server = calloc(1, sizeof(*server));

	require(server != NULL, "memory");
	signal(SIGPIPE, SIG_IGN);
	server->fd = listen_on(settings->port, &server->port);
	if (server->fd < 0) {
		free(server);
		return NULL;
	}

	server->ctx = context(settings->cert, settings->tls_version_most);
	server->serve = settings->serve;
	server->arg = settings->arg;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->gone, NULL);
	require(pthread_create(&server->acceptor, NULL, run_acceptor,
		    server) == 0, "thread");
	return server;
}

int tls_server_port(const struct tls_server *server)
{
	return server->port;
}

/* Ends what is open; its threads notice.  Lock held. */
static void break_streams(struct tls_server *server)
{
	for (struct tls_stream *at = server->streams; at != NULL; at = at->next)
		shutdown(at->fd, SHUT_RDWR);
}

void tls_server_use(struct tls_server *server, const struct cert *cert,
    int tls_version_most)
{
	SSL_CTX *ctx = context(cert, tls_version_most);

	pthread_mutex_lock(&server->lock);
	SSL_CTX_free(server->ctx);
	server->ctx = ctx;
	break_streams(server);
	pthread_mutex_unlock(&server->lock);
}

unsigned tls_server_accepted(struct tls_server *server)
{
	unsigned accepted;

	pthread_mutex_lock(&server->lock);
	accepted = server->accepted;
	pthread_mutex_unlock(&server->lock);
	return accepted;
}

void tls_server_stop(struct tls_server *server)
{
	if (server == NULL)
		return;

	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->acceptor, NULL);
	close(server->fd);

	pthread_mutex_lock(&server->lock);
	break_streams(server);
	while (server->streams != NULL)
		pthread_cond_wait(&server->gone, &server->lock);
	pthread_mutex_unlock(&server->lock);

	pthread_cond_destroy(&server->gone);
	pthread_mutex_destroy(&server->lock);
	SSL_CTX_free(server->ctx);
	free(server);
}

size_t tls_server_read(struct tls_stream *stream, void *bytes, size_t size)
{
	size_t done = 0;
	ssize_t got;

	if (stream->ssl != NULL)
		return SSL_read_ex(stream->ssl, bytes, size, &done) == 1 ?
		    done :
		    0;

	got = read(stream->fd, bytes, size);
	return got > 0 ? (size_t)got : 0;
}

bool tls_server_write(struct tls_stream *stream, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		size_t done = 0;
		ssize_t got = 0;

		if (stream->ssl != NULL)
			SSL_write_ex(stream->ssl, at, len, &done);
		else if ((got = write(stream->fd, at, len)) > 0)
			done = (size_t)got;
		if (done == 0)
			return false;
		at += done;
		len -= done;
	}

	return true;
}

bool tls_server_pause(struct tls_stream *stream, long ms)
{
	struct pollfd fd = {.fd = stream->fd, .events = POLLRDHUP};

	return poll(&fd, 1, (int)ms) == 0;
}
