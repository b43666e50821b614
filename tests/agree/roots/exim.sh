# Exim 4.96: ports $1 (logins without TLS too), $2 (logins after STARTTLS alone), $3 (TLS from the first byte); the
# certificate's files are $4 and $5. Users are user0@test.example to user99@test.example, passwords password0 and so on.
install -m 644 "$4" /etc/exim4/certificate
install -m 640 -g Debian-exim "$5" /etc/exim4/key
cat >/etc/exim4/exim4.conf <<END
primary_hostname = mail.test.example
local_interfaces = <; 127.0.0.1 ; ::1
daemon_smtp_ports = $1 : $2 : $3
tls_on_connect_ports = $3
tls_advertise_hosts = *
tls_certificate = /etc/exim4/certificate
tls_privatekey = /etc/exim4/key
auth_advertise_hosts = \${if or{{eq{\$received_port}{$1}}{def:tls_in_cipher}}{*}{}}
host_lookup =
rfc1413_hosts =
queue_only = true
log_file_path = syslog
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny  senders = nobody@test.example
        message = this sender is not yours
  accept authenticated = *
  accept domains = test.example
  deny  message = relay not permitted
begin routers
nowhere:
  driver = redirect
  data = :blackhole:
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_set_id = \$auth2
  server_condition = \${if eq{\$auth3}{password\${sg{\$auth2}{\N^user(\d+)@.*\$\N}{\\\$1}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_set_id = \$auth1
  server_condition = \${if eq{\$auth2}{password\${sg{\$auth1}{\N^user(\d+)@.*\$\N}{\\\$1}}}}
END
exec exim4 -bdf
