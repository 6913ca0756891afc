# A carrier for tests, on the codec of Net::SMPP. It prints its port, and then one line for everything that it is told. What it
# does with a message is up to the end of the number that it goes to; see smpptest.go.
use strict;
use warnings;
use Net::SMPP;

$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{__WARN__} = sub { print STDERR @_ };

my ($port, $fate) = @ARGV; # fate: what this carrier does wrong in all cases
my $door = Net::SMPP->new_listen('127.0.0.1', port => $port, smpp_version => 0x34) or die "listen: $!";
printf "port %d\n", $door->sockport;

my ($last, %seen) = (0);
while (1) {
    my $line = $door->accept or next;
    $line->set_version(0x34);
    serve($line);
    close $line;
    print "closed\n";
}

sub serve {
    my $line = shift;
    my @held; # answers that wait for a later question
    while (my $pdu = $line->read_pdu) {
        my ($cmd, $seq) = @$pdu{qw(cmd seq)};
        if ($cmd == 0x00000009) {
            my $status = $pdu->{password} eq 'secret' ? 0 : 0x0e;
            print "bind id=$pdu->{system_id} type=$pdu->{system_type} version=$pdu->{interface_version} status=$status\n";
            $line->bind_transceiver_resp(system_id => 'smsc', seq => $seq, status => $status);
        } elsif ($cmd == 0x00000004) {
            printf "submit to=%s ton=%d npi=%d from=%s fton=%d fnpi=%d coding=%d validity=%s registered=%d text=%s\n",
                @$pdu{qw(destination_addr dest_addr_ton dest_addr_npi source_addr source_addr_ton source_addr_npi data_coding validity_period registered_delivery)},
                unpack('H*', $pdu->{short_message});
            submit($line, $pdu, \@held) or return;
        } elsif ($cmd == 0x80000005) {
            print "receipt-answer status=$pdu->{status}\n";
        } elsif ($cmd == 0x00000015) {
            print "enquire\n";
            $line->enquire_link_resp(seq => $seq) unless $fate eq 'silent';
        } elsif ($cmd == 0x80000000) {
            print "nack status=$pdu->{status} seq=$seq\n";
        } elsif ($cmd == 0x80000015) {
            print "enquire-answer\n";
        } elsif ($cmd == 0x00000006) {
            print "unbind\n";
            $line->unbind_resp(seq => $seq);
            return;
        } elsif ($cmd == 0x80000006) {
            print "unbind-answer\n";
            return;
        } else {
            printf "other %08x\n", $cmd;
        }
    }
}

sub submit {
    my ($line, $pdu, $held) = @_;
    my ($to) = $pdu->{destination_addr} =~ /(\d{4})$/;
    my $first = !$seen{$pdu->{destination_addr}}++;
    my $id = sprintf 'm%d', ++$last;
    my $answer = sub { $line->submit_sm_resp(message_id => $id, seq => $pdu->{seq}, status => $_[0] || 0) };
    my $receipt = sub { receipt($line, $id, $_[0], $pdu->{destination_addr}) };

    return $answer->(0x58)                          if $to eq '0001' && $first;
    return $answer->(0x14)                          if $to eq '0002';
    return $answer->(0x0b)                          if $to eq '0003';
    return 1                                        if $to eq '0004';
    return 0                                        if $to eq '0005' && $first;
    return $receipt->('DELIVRD') && $answer->()     if $to eq '0006';
    return $answer->() && $receipt->('UNDELIV')     if $to eq '0007';
    return $answer->() && bare($line, $id)          if $to eq '0008';
    return $line->syswrite(pack 'NNN', 16, 0x80000004, 0) && 0 if $to eq '0009' && $first;
    return $line->syswrite("GET / HTTP/1.1\r\nHost: smsc\r\n\r\n") if $to eq '0010' && $first;
    return $line->generic_nack(seq => $pdu->{seq}, status => 0x03) if $to eq '0012';
    return $answer->(0x45f)                         if $to eq '0013';
    return $line->unbind(seq => 77, async => 1)     if $to eq '0014' && $first;
    return $line->syswrite(pack 'NNNNa4', 20, 0x00000005, 0, 91, 'half') && $answer->() if $to eq '0015';
    return $line->syswrite(pack 'NNNN', 16, 0x00000103, 0, 92) && $answer->() if $to eq '0016';
    return $line->enquire_link(seq => 93, async => 1) && $answer->() if $to eq '0017';
    if ($to eq '0018') { # the answers come in the opposite order, once three wait
        push @$held, $answer;
        if (@$held == 3) { $_->() for reverse @$held; @$held = () }
        return 1;
    }
    return $answer->() && $line->deliver_sm(async => 1, seq => 3000, source_addr => '491511', destination_addr => 'Jawort', esm_class => 0, short_message => 'STOP') if $to eq '0019';
    return $answer->() && $receipt->('DELIVRD');
}

my $sequence = 1000;

sub receipt {
    my ($line, $id, $stat, $from) = @_;
    return $line->deliver_sm(async => 1, seq => ++$sequence, source_addr => $from, destination_addr => 'Jawort', esm_class => 0x04,
        short_message => "id:$id sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:$stat err:007 text:id:m0 stat:REJECTD");
}

sub bare { # a receipt that says all in parameters
    my ($line, $id) = @_;
    return $line->deliver_sm(async => 1, seq => ++$sequence, source_addr => '4915', destination_addr => 'Jawort', esm_class => 0x04,
        short_message => 'gone', receipted_message_id => "$id\0", message_state => chr 8);
}
