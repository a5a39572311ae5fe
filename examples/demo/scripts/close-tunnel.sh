# Shuts the tunnel again, whatever happened before.
set -eu
machine="#{Demo.Machines}/#{Stagecoach.Worker.Id}"
mkdir -p "$machine"
echo "#{Stagecoach.Deployment.Id} #{Stagecoach.Deployment.Attempt} #{Stagecoach.Step.Name} #{Stagecoach.Worker.Id}" >> "$machine/trace"
rm -f "#{Demo.Tunnel}"
echo "the tunnel to us is shut"
