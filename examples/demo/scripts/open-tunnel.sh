# Opens the tunnel to the us region. Here a tunnel is a file that the play WAN looks at.
set -eu
machine="#{Demo.Machines}/#{Stagecoach.Worker.Id}"
mkdir -p "$machine"
echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Deployment.Attempt} #{Stagecoach.Step.Name} #{Stagecoach.Worker.Id}" >> "$machine/trace"
touch "#{Demo.Tunnel}"
echo "the tunnel to us is open"
