# Cyrus 3.6: IMAP on $1 (logins after TLS alone) and $2 (without too), IMAP over TLS on $3, POP3 on $4 (without too), POP3 over
# TLS on $5; certificate and key are $6 and $7. Users are user0 to user29, passwords password0 and so on; from user20 on they
# have no mailbox. odd0 to odd19 have umlauts in theirs.
install -o cyrus -g mail -m 600 "$6" /etc/certificate
install -o cyrus -g mail -m 600 "$7" /etc/key
for kind in strict lax; do
    cat >/etc/imapd-$kind.conf <<END
configdirectory: /var/lib/cyrus
partition-default: /var/spool/cyrus/mail
admins: cyrus
servername: mail.test.example
sasl_mech_list: PLAIN LOGIN CRAM-MD5
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
tls_server_cert: /etc/certificate
tls_server_key: /etc/key
popminpoll: 0
allowplaintext: $([ $kind = lax ] && echo yes || echo no)
END
done
cat >/etc/cyrus-own.conf <<END
START {
    recover cmd="/usr/sbin/cyrus ctl_cyrusdb -C /etc/imapd-strict.conf -r"
}
SERVICES {
    imap cmd="imapd -C /etc/imapd-strict.conf" listen="127.0.0.1:$1" prefork=0 maxchild=100
    imaplax cmd="imapd -C /etc/imapd-lax.conf" listen="127.0.0.1:$2" prefork=0 maxchild=100
    imaps cmd="imapd -s -C /etc/imapd-strict.conf" listen="127.0.0.1:$3" prefork=0 maxchild=100
    pop3 cmd="pop3d -C /etc/imapd-lax.conf" listen="127.0.0.1:$4" prefork=0 maxchild=100
    pop3s cmd="pop3d -s -C /etc/imapd-lax.conf" listen="127.0.0.1:$5" prefork=0 maxchild=100
}
EVENTS {
}
END
install -d -o cyrus -g mail -m 755 /run/cyrus /run/cyrus/proc /run/cyrus/lock /run/cyrus/socket
user() { printf %s "$2" | saslpasswd2 -p -c -u mail.test.example "$1"; }
for number in $(seq 0 29); do
    user "user$number" "password$number"
    user "odd$number" pässwörd
done
user cyrus admin
chown cyrus:mail /etc/sasldb2
/usr/lib/cyrus/bin/master -C /etc/imapd-strict.conf -M /etc/cyrus-own.conf &
until (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do sleep 0.1; done
exec 3<>"/dev/tcp/127.0.0.1/$2"
{
    printf 'a LOGIN cyrus admin\r\n'
    for number in $(seq 0 19); do printf 'b CREATE user/user%s\r\nb CREATE user/odd%s\r\n' "$number" "$number"; done
    printf 'z LOGOUT\r\n'
} >&3
while read -r line <&3; do [ "${line#z }" = "$line" ] || break; done
wait
