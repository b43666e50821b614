# Courier 5.0: IMAP on $1, IMAP over TLS on $2, POP3 on $3, POP3 over TLS on $4; certificate and key are $5 and $6. Users are
# user0 to user99, passwords password0 and so on; odd0 to odd29 have umlauts in theirs.
cat "$6" "$5" >/etc/courier/both.pem
install -d -o courier -g courier -m 755 /run/courier /run/courier/authdaemon
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' /etc/courier/authdaemonrc
for file in imapd pop3d; do
    sed -i 's/^ADDRESS=.*/ADDRESS=127.0.0.1/; s/^MAXDAEMONS=.*/MAXDAEMONS=200/; s/^MAXPERIP=.*/MAXPERIP=200/' /etc/courier/$file
    sed -i 's/^SSLADDRESS=.*/SSLADDRESS=127.0.0.1/; s|^TLS_CERTFILE=.*|TLS_CERTFILE=/etc/courier/both.pem|' /etc/courier/$file-ssl
done
sed -i "s/^PORT=.*/PORT=$1/" /etc/courier/imapd
sed -i "s/^SSLPORT=.*/SSLPORT=$2/" /etc/courier/imapd-ssl
sed -i "s/^PORT=.*/PORT=$3/" /etc/courier/pop3d
sed -i "s/^SSLPORT=.*/SSLPORT=$4/" /etc/courier/pop3d-ssl
user() {
    printf '%s\thome=/var/mail/%s|uid=65534|gid=65534|systempw=%s\n' "$1" "$1" "$(printf '%s\n' "$2" | userdbpw -md5)" >>/etc/courier/userdb
}
maildirmake /var/mail/template
for number in $(seq 0 29); do
    user "user$number" "password$number"
    user "odd$number" pässwörd
    for name in user odd; do
        mkdir "/var/mail/$name$number"
        cp -r /var/mail/template "/var/mail/$name$number/Maildir"
    done
done
chown -R nobody:nogroup /var/mail
chmod 600 /etc/courier/userdb
makeuserdb
authdaemond start
for server in imapd imapd-ssl pop3d pop3d-ssl; do $server start; done
exec sleep infinity
