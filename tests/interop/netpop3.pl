# Fetches by Perl's Net::POP3: netpop3.pl PORT USER PASSWORD FOLDER HOW [CERTIFICATE]
# HOW: fetch (deletes what it has got), stls, tls, apop, leave (marks all and is gone without QUIT), reset (marks all, RSET, QUIT)
use strict;
use warnings;
use Net::POP3;

my ($port, $user, $password, $folder, $how, $certificate) = @ARGV;
my @tls = (SSL_ca_file => $certificate, SSL_verifycn_name => 'localhost');
my $pop = Net::POP3->new('127.0.0.1', Port => $port, Timeout => 20, $how eq 'tls' ? (SSL => 1, @tls) : ()) or die "no greeting: $@\n";
if ($how eq 'stls') { $pop->starttls(@tls) or die 'STLS: ' . $pop->message . "\n" }
my $count = $how eq 'apop' ? $pop->apop($user, $password) : $pop->login($user, $password);
defined $count or die 'login: ' . $pop->message . "\n";
my ($number, $octets) = $pop->popstat;
my $sizes = $pop->list;
my $ids = $pop->uidl;
my $all = 0;
$all += $_ for values %$sizes;
die "STAT $number $octets, LIST $all\n" unless $number == keys %$sizes && $octets == $all && $number == keys %$ids;
for my $n (sort { $a <=> $b } keys %$sizes) {
    my $top = $pop->top($n, 0) or die "TOP $n\n";
    my $lines = $pop->get($n) or die "RETR $n: " . $pop->message . "\n";
    die "TOP $n is no beginning\n" unless substr(join('', @$lines), 0, length join('', @$top)) eq join('', @$top);
    open(my $file, '>:raw', "$folder/new/$$ids{$n}") or die "$folder: $!\n";
    print $file @$lines;
    close $file or die "$folder: $!\n";
    $pop->delete($n) or die "DELE $n: " . $pop->message . "\n";
}
exit 0 if $how eq 'leave';
if ($how eq 'reset') { $pop->reset; $pop->ok or die 'RSET: ' . $pop->message . "\n" }
$pop->quit or die 'QUIT: ' . $pop->message . "\n";
